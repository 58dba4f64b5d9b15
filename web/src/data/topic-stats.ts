import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_topic_stats']['Returns'][number];
export type TopicStats = Nullable<
  Row,
  | 'topic_id'
  | 'label'
  | 'keywords'
  | 'status'
  | 'label_is_custom'
  | 'share'
  | 'turns_per_conversation'
  | 'quality'
  | 'previous_quality'
  | 'conversion_rate'
  | 'unanswered_share'
>;

async function fetchTopicStats({ client }: Backend, scope: Scope, signal: AbortSignal) {
  const rows: TopicStats[] = unwrap(
    await client
      .rpc('get_topic_stats', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function topicStatsQuery(backend: Backend, scope: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, TOPICS, 'stats', scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchTopicStats(backend, scope, signal),
    placeholderData: keepPreviousData,
  });
}

/** Every topic of the range or the one before with its figures; one row is of no topic. */
export function useTopicStats(scope: Scope) {
  return useQuery(topicStatsQuery(useBackend(), scope));
}
