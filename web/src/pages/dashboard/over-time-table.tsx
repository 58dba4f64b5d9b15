import { ScrollArea, Table } from '@mantine/core';
import type { OverTimeRow } from '@/data/conversations-over-time';
import type { Bucket } from '@/lib/dates';
import { formatCount } from '@/lib/format';
import { pointsOf } from './over-time-points';

type OverTimeTableProps = { rows: OverTimeRow[]; bucket: Bucket };

/** The chart's numbers, for reading and for screen readers. */
export function OverTimeTable({ rows, bucket }: OverTimeTableProps) {
  return (
    <ScrollArea.Autosize mah={320} type="auto" tabIndex={0} aria-label="Conversations over time">
      <Table stickyHeader highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th tt="capitalize">{bucket}</Table.Th>
            <Table.Th ta="right">Conversations</Table.Th>
            <Table.Th ta="right">With messages</Table.Th>
            <Table.Th ta="right">Previous period</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {pointsOf(rows, bucket).map((point) => (
            <Table.Tr key={point.label}>
              <Table.Td>{point.label}</Table.Td>
              <Table.Td ta="right">{formatCount(point.total)}</Table.Td>
              <Table.Td ta="right">{formatCount(point.messaged)}</Table.Td>
              <Table.Td ta="right">{formatCount(point.previous)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
