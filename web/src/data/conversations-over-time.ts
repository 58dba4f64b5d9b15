import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import type { Bucket } from '@/lib/dates';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_conversations_over_time']['Returns'][number];
export type OverTimeRow = Nullable<
  Row,
  'previous_bucket' | 'previous_conversations' | 'previous_messaged_conversations'
>;

async function fetchOverTime(
  { client }: Backend,
  scope: Scope,
  bucket: Bucket,
  signal: AbortSignal,
) {
  const rows: OverTimeRow[] = unwrap(
    await client
      .rpc('get_conversations_over_time', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
        p_bucket: bucket,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function conversationsOverTimeQuery(backend: Backend, scope: Scope, bucket: Bucket) {
  return queryOptions({
    queryKey: [TRAFFIC, 'over-time', scope.siteDomains, scope.from, scope.to, bucket],
    queryFn: ({ signal }) => fetchOverTime(backend, scope, bucket, signal),
    placeholderData: keepPreviousData,
  });
}

/** Conversations per day, week or month, beside those of the previous period. */
export function useConversationsOverTime(scope: Scope, bucket: Bucket, enabled = true) {
  return useQuery({ ...conversationsOverTimeQuery(useBackend(), scope, bucket), enabled });
}
