import { Switch } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import type { TopicStats } from '@/data/topic-stats';
import { formatCount } from '@/lib/format';
import { ExportButton } from '@/lists/export-button';
import { Panel } from '@/ui/panel';
import { shownTopics, sortTopics } from './topic-sort';
import { TopicTable } from './topic-table';

const route = getRouteApi('/shell/topics');

type TopicTablePanelProps = { scope: Scope; rows: TopicStats[]; stale: boolean };

export function TopicTablePanel({ scope, rows, stale }: TopicTablePanelProps) {
  const navigate = route.useNavigate();
  const { hidden = false, sort = 'conversations', ascending = false } = route.useSearch();
  const shown = sortTopics(shownTopics(rows, hidden), sort, ascending);
  const hiddenCount = rows.filter((row) => row.status === 'hidden').length;
  const topics = shown.filter((row) => row.topic_id !== null).length;

  return (
    <Panel
      title="All topics"
      note={`${formatCount(topics)} ${topics === 1 ? 'topic' : 'topics'}`}
      actions={
        <>
          <Switch
            size="xs"
            label={`Show hidden (${formatCount(hiddenCount)})`}
            checked={hidden}
            disabled={hiddenCount === 0 && !hidden}
            onChange={(event) => {
              const next = event.currentTarget.checked || undefined;
              void navigate({
                search: (current) => ({ ...current, hidden: next }),
                replace: true,
                resetScroll: false,
              });
            }}
          />
          <ExportButton
            list="topics"
            siteDomains={scope.siteDomains}
            filter={{ from: scope.from, to: scope.to, ...(hidden && { hidden }) }}
            sort={ascending ? `${sort}_ascending` : sort}
            total={stale ? undefined : shown.length}
          />
        </>
      }
    >
      <TopicTable
        rows={shown}
        withDomain={scope.domain === null}
        timezone={scope.domain?.timezone ?? null}
        stale={stale}
      />
    </Panel>
  );
}
