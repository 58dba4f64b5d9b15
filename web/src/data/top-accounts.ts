import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_account_stats_with_intent']['Returns'][number];
export type TopAccount = Nullable<Row, 'domain' | 'industry' | 'size' | 'country'>;

type Wanted = { sort: 'conversations' | 'recent'; limit: number; scores?: number[] };

async function fetchAccounts(
  { client }: Backend,
  scope: Scope,
  wanted: Wanted,
  signal: AbortSignal,
) {
  const rows: TopAccount[] = unwrap(
    await client
      .rpc('get_account_stats_with_intent', {
        p_site_domains: scope.siteDomains,
        p_filter: {
          from: scope.from,
          to: scope.to,
          ...(wanted.scores && { scores: wanted.scores }),
        },
        p_sort: wanted.sort,
        p_limit: wanted.limit,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function topAccountsQuery(backend: Backend, scope: Scope, wanted: Wanted) {
  return queryOptions({
    queryKey: [TRAFFIC, 'top-accounts', wanted, scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchAccounts(backend, scope, wanted, signal),
    placeholderData: keepPreviousData,
  });
}

/** The first accounts of the range by a sort. */
export function useTopAccounts(scope: Scope, wanted: Wanted) {
  return useQuery(topAccountsQuery(useBackend(), scope, wanted));
}
