import { Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { TopicStats } from '@/data/topic-stats';
import type { TopicSort } from '@/lib/filters';
import { definitionOf, labelOf, type MetricId } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { Definition } from '@/ui/definition';
import { useMoreInView } from '@/ui/more-in-view';
import { TopicRow } from './topic-row';
import classes from './topic-table.module.css';

const route = getRouteApi('/shell/topics');

type Column = { label: string; sort?: TopicSort; metric?: MetricId; wide?: boolean };

const COLUMNS: Column[] = [
  { label: 'Topic', sort: 'label' },
  { label: 'Conversations', sort: 'conversations', metric: 'topic_conversations' },
  { label: 'Share', metric: 'topic_share', wide: true },
  { label: 'Trend', sort: 'change' },
  { label: 'Quality', sort: 'quality', metric: 'quality', wide: true },
  { label: 'Conversion', sort: 'conversion', metric: 'conversion_rate', wide: true },
  { label: 'Unanswered', sort: 'unanswered', metric: 'unanswered_share', wide: true },
];

type TopicTableProps = {
  rows: TopicStats[];
  withDomain: boolean;
  timezone: string | null;
  stale: boolean;
};

export function TopicTable({ rows, withDomain, timezone, stale }: TopicTableProps) {
  const { shown, end } = useMoreInView(rows.length);
  return (
    <>
      <Table
        className={classes.table}
        data-stale={stale || undefined}
        highlightOnHover
        verticalSpacing={6}
        horizontalSpacing={8}
      >
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.map((column) => (
              <Head key={column.label} column={column} timezone={timezone} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, shown).map((row) => (
            <TopicRow
              key={`${row.site_domain} ${row.topic_id}`}
              row={row}
              withDomain={withDomain}
            />
          ))}
        </Table.Tbody>
      </Table>
      <div ref={end} />
    </>
  );
}

function Head({ column, timezone }: { column: Column; timezone: string | null }) {
  const { sort: chosen = 'conversations', ascending = false } = route.useSearch();
  const navigate = route.useNavigate();
  const { label, sort, metric, wide } = column;
  const sorted = sort === chosen;
  const choose = () => {
    // Names read from the top, numbers from the largest.
    const up = sorted ? !ascending : sort === 'label';
    void navigate({
      search: (current) => ({ ...current, sort, ascending: up || undefined }),
      replace: true,
      resetScroll: false,
    });
  };
  const Arrow = ascending ? IconArrowUp : IconArrowDown;
  const Icon = sorted ? Arrow : IconArrowsSort;
  return (
    <Table.Th
      className={wide ? classes.wide : undefined}
      aria-sort={sorted ? (ascending ? 'ascending' : 'descending') : undefined}
    >
      <span className={classes.head}>
        {sort ? (
          <UnstyledButton className={classes.sort} onClick={choose}>
            {label}
            <Icon size={13} aria-hidden />
          </UnstyledButton>
        ) : (
          label
        )}
        {metric && (
          <Definition
            of={labelOf(metric)}
            text={definitionOf(metric)}
            timezone={timezoneLabel(timezone)}
          />
        )}
      </span>
    </Table.Th>
  );
}
