import { Anchor, Skeleton, Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import { type TopValue, useTopValues } from '@/data/top-values';
import { changeOf } from '@/lib/change';
import type { Dimension } from '@/lib/filters';
import { formatCount, formatShare } from '@/lib/format';
import { ChangeLabel } from '@/ui/change-label';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import classes from './top-table.module.css';
import { ROW_FILTERS, topValueLabel } from './top-value';

const HEADINGS: Record<Dimension, string> = {
  page: 'Page',
  country: 'Country',
  device: 'Device',
  referrer: 'Referrer',
};

type TopTableProps = { scope: Scope; dimension: Dimension };

export function TopTable({ scope, dimension }: TopTableProps) {
  const { data, error, refetch } = useTopValues(scope, dimension);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return Array.from({ length: 8 }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
      <Skeleton key={index} height={22} mt={12} aria-hidden />
    ));
  }
  if (data.length === 0) return <EmptyState title="No sessions in this range" />;

  const most = Math.max(...data.map((row) => row.conversations));
  return (
    <Table className={classes.table} highlightOnHover verticalSpacing={5} horizontalSpacing={8}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{HEADINGS[dimension]}</Table.Th>
          <Table.Th ta="right">Sessions</Table.Th>
          <Table.Th ta="right">
            <abbr title="Conversations">Conv.</abbr>
          </Table.Th>
          <Table.Th ta="right" visibleFrom="xs">
            Change
          </Table.Th>
          <Table.Th ta="right">
            <abbr title="Conversations ÷ sessions">Rate</abbr>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {data.map((row) => (
          <Row key={row.value} row={row} dimension={dimension} most={most} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

type RowProps = { row: TopValue; dimension: Dimension; most: number };

function Row({ row, dimension, most }: RowProps) {
  return (
    <Table.Tr>
      <Table.Td className={classes.first}>
        <Value row={row} dimension={dimension} most={most} />
      </Table.Td>
      <Table.Td ta="right">{formatCount(row.sessions)}</Table.Td>
      <Table.Td ta="right">
        <Conversations row={row} dimension={dimension} />
      </Table.Td>
      <Table.Td ta="right" visibleFrom="xs">
        <ChangeLabel change={changeOf(row.conversations, row.previous_conversations, 'count')} />
      </Table.Td>
      <Table.Td ta="right">{formatShare(row.conversation_rate)}</Table.Td>
    </Table.Tr>
  );
}

function Value({ row, dimension, most }: RowProps) {
  const { text, known } = topValueLabel(dimension, row.value);
  return (
    <span className={classes.value} title={text}>
      <span
        className={classes.bar}
        style={{ width: `${(row.conversations / Math.max(1, most)) * 100}%` }}
      />
      <span className={known ? classes.text : `${classes.text} ${classes.none}`}>{text}</span>
    </span>
  );
}

function Conversations({ row, dimension }: { row: TopValue; dimension: Dimension }) {
  const filter = ROW_FILTERS[dimension];
  const count = formatCount(row.conversations);
  if (!filter || !row.value || row.conversations === 0) return count;
  return (
    <Anchor
      inherit
      c="inherit"
      underline="always"
      renderRoot={(props) => (
        <Link to="/conversations" search={{ [filter]: row.value }} {...props} />
      )}
    >
      {count}
    </Anchor>
  );
}
