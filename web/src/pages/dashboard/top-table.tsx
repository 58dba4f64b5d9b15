import 'mantine-datatable/styles.layer.css';
import { Anchor, Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { DataTable, type DataTableColumn } from 'mantine-datatable';
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

  return (
    <DataTable
      className={classes.table}
      records={data}
      columns={columns(dimension, Math.max(...data.map((row) => row.sessions)))}
      idAccessor={(row) => row.value ?? ''}
      verticalSpacing={5}
      horizontalSpacing={8}
      highlightOnHover
      highlightOnHoverColor="var(--surface-sunken)"
    />
  );
}

function columns(dimension: Dimension, most: number): DataTableColumn<TopValue>[] {
  return [
    {
      accessor: 'value',
      title: HEADINGS[dimension],
      width: '99%',
      ellipsis: true,
      render: (row) => <Value row={row} dimension={dimension} most={most} />,
    },
    {
      accessor: 'sessions',
      title: 'Sessions',
      textAlign: 'right',
      cellsClassName: classes.number,
      render: (row) => formatCount(row.sessions),
    },
    {
      accessor: 'change',
      title: 'Change',
      textAlign: 'right',
      visibleMediaQuery: '(min-width: 40em)',
      render: (row) => (
        <ChangeLabel change={changeOf(row.sessions, row.previous_sessions, 'count')} />
      ),
    },
    {
      accessor: 'conversations',
      title: 'Conv.',
      textAlign: 'right',
      cellsClassName: classes.number,
      render: (row) => <Conversations row={row} dimension={dimension} />,
    },
    {
      accessor: 'conversation_rate',
      title: 'Rate',
      textAlign: 'right',
      cellsClassName: classes.number,
      render: (row) => formatShare(row.conversation_rate),
    },
  ];
}

function Value({ row, dimension, most }: { row: TopValue; dimension: Dimension; most: number }) {
  const { text, known } = topValueLabel(dimension, row.value);
  return (
    <span className={classes.value} title={text}>
      <span
        className={classes.bar}
        style={{ width: `${(row.sessions / Math.max(1, most)) * 100}%` }}
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
