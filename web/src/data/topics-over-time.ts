import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import type { Bucket } from '@/lib/dates';
import { unwrap } from '@/lib/errors';

export type TopicPoint = Database['public']['Functions']['get_topics_over_time']['Returns'][number];

async function fetchTopicsOverTime(
  { client }: Backend,
  scope: Scope,
  bucket: Bucket,
  signal: AbortSignal,
) {
  const rows: TopicPoint[] = unwrap(
    await client
      .rpc('get_topics_over_time', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
        p_bucket: bucket,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function topicsOverTimeQuery(backend: Backend, scope: Scope, bucket: Bucket) {
  return queryOptions({
    queryKey: [TRAFFIC, TOPICS, 'over-time', scope.siteDomains, scope.from, scope.to, bucket],
    queryFn: ({ signal }) => fetchTopicsOverTime(backend, scope, bucket, signal),
    placeholderData: keepPreviousData,
  });
}

/** The most asked topics, each with its conversations per day, week or month. */
export function useTopicsOverTime(scope: Scope, bucket: Bucket) {
  return useQuery(topicsOverTimeQuery(useBackend(), scope, bucket));
}
