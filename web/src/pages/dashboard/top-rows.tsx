import { Skeleton, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { changeOf } from '@/lib/change';
import { formatCount } from '@/lib/format';
import { definitionOf, labelOf, type MetricId } from '@/lib/metrics';
import type { Rows } from '@/lib/rows';
import { ChangeLabel } from '@/ui/change-label';
import { RowsLink } from '@/ui/rows-link';
import classes from './top-table.module.css';

export type TopRow = {
  key: string;
  label: string;
  /** Whether the label names something, or says that it is unknown. */
  known: boolean;
  /** The figure before the conversations: a session or visitor count. */
  first: string;
  conversations: number;
  previous: number | null;
  /** The figure after them. */
  last: ReactNode;
  rows: Rows | null;
};

type TopRowsProps = {
  heading: string;
  first: { short: string; metric: MetricId };
  last: { short: string; metric: MetricId };
  /** What is counted in the middle. */
  counted?: MetricId;
  rows: TopRow[];
};

/** The best of something: each with its conversations, which open. */
export function TopRows({ heading, first, last, counted = 'conversations', rows }: TopRowsProps) {
  const most = Math.max(1, ...rows.map((row) => row.conversations));
  const compared = rows.some((row) => row.previous !== null);
  return (
    <Table className={classes.table} highlightOnHover verticalSpacing={5} horizontalSpacing={8}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{heading}</Table.Th>
          <Head {...first} />
          <Head short="Conv." metric={counted} />
          {compared && (
            <Table.Th ta="right" visibleFrom="xs">
              Change
            </Table.Th>
          )}
          <Head {...last} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.key}>
            <Table.Td className={classes.first}>
              <Value row={row} share={row.conversations / most} />
            </Table.Td>
            <Table.Td ta="right">{row.first}</Table.Td>
            <Table.Td ta="right">
              <Conversations row={row} />
            </Table.Td>
            {compared && (
              <Table.Td ta="right" visibleFrom="xs">
                <ChangeLabel change={changeOf(row.conversations, row.previous, 'count')} />
              </Table.Td>
            )}
            <Table.Td ta="right">{row.last}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Head({ short, metric }: { short: string; metric: MetricId }) {
  return (
    <Table.Th ta="right">
      <abbr title={`${labelOf(metric)}: ${definitionOf(metric)}`}>{short}</abbr>
    </Table.Th>
  );
}

function Value({ row, share }: { row: TopRow; share: number }): ReactNode {
  return (
    <span className={classes.value} title={row.label}>
      <span className={classes.bar} style={{ width: `${share * 100}%` }} />
      <span className={row.known ? classes.text : `${classes.text} ${classes.none}`}>
        {row.label}
      </span>
    </span>
  );
}

function Conversations({ row }: { row: TopRow }) {
  const count = formatCount(row.conversations);
  if (!row.rows || row.conversations === 0) return count;
  return (
    <RowsLink rows={row.rows} className={classes.link} title="See these conversations">
      {count}
    </RowsLink>
  );
}

export function TopSkeleton() {
  return Array.from({ length: 8 }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
    <Skeleton key={index} height={22} mt={12} aria-hidden />
  ));
}
