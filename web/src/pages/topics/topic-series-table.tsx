import { Table } from '@mantine/core';
import type { Bucket } from '@/lib/dates';
import { formatCount } from '@/lib/format';
import { BUCKET_HEADINGS } from '@/ui/chart-options';
import type { SeriesPoint, TopicSeries } from './topic-series';

type TopicSeriesTableProps = {
  series: TopicSeries[];
  points: SeriesPoint[];
  bucket: Bucket;
  height: number;
};

/** The chart's numbers, for reading and for screen readers. */
export function TopicSeriesTable({ series, points, bucket, height }: TopicSeriesTableProps) {
  return (
    <Table.ScrollContainer minWidth={480} maxHeight={height} scrollAreaProps={{ type: 'auto' }}>
      <Table verticalSpacing={4} fz="sm" className="tabular" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{BUCKET_HEADINGS[bucket]}</Table.Th>
            {series.map((each) => (
              <Table.Th key={each.name} ta="right">
                {each.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.map((point) => (
            <Table.Tr key={point.label}>
              <Table.Th scope="row" fw={400}>
                {point.label}
              </Table.Th>
              {series.map((each) => (
                <Table.Td key={each.name} ta="right">
                  {formatCount(Number(point[each.name] ?? 0))}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
