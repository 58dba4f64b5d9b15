import type { Scope } from '@/data/scope';
import { useTopicStats } from '@/data/topic-stats';
import { formatDecimal, formatShare } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { TopRows, TopSkeleton } from './top-rows';

const MOST = 10;

/** The topics people asked about most. */
export function TopTopics({ scope }: { scope: Scope }) {
  const { data, error, refetch } = useTopicStats(scope);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TopSkeleton />;
  const topics = data
    .filter((row) => row.topic_id !== null && row.status === 'active' && row.conversations > 0)
    .slice(0, MOST);
  if (topics.length === 0) {
    return (
      <EmptyState title="No topics in this range">
        Topics are found in conversations once they are quiet.
      </EmptyState>
    );
  }

  return (
    <TopRows
      heading="Topic"
      counted="topic_conversations"
      first={{ short: 'Share', metric: 'topic_share' }}
      last={{ short: 'Quality', metric: 'quality' }}
      rows={topics.map((row) => ({
        key: `${row.site_domain} ${row.topic_id}`,
        label: scope.domain === null ? `${row.label} · ${row.site_domain}` : (row.label ?? ''),
        known: true,
        first: formatShare(row.share),
        conversations: row.conversations,
        previous: row.previous_conversations,
        last: formatDecimal(row.quality),
        rows: {
          to: '/conversations',
          search: { topics: [row.topic_id ?? ''], messaged: true },
        },
      }))}
    />
  );
}
