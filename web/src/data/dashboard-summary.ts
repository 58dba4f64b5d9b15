import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_dashboard_summary']['Returns'][number];
export type SummaryRow = Nullable<
  Row,
  | 'base'
  | 'rate'
  | 'previous_base'
  | 'previous_rate'
  | 'conversations'
  | 'previous_conversations'
  | 'recountable_from'
>;

async function fetchSummary({ client }: Backend, scope: Scope, signal: AbortSignal) {
  const rows: SummaryRow[] = unwrap(
    await client
      .rpc('get_dashboard_summary', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function dashboardSummaryQuery(backend: Backend, scope: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, 'dashboard-summary', scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchSummary(backend, scope, signal),
    placeholderData: keepPreviousData,
  });
}

/** The figures of the tiles, each with its base and its value in the previous period. */
export function useDashboardSummary(scope: Scope) {
  return useQuery(dashboardSummaryQuery(useBackend(), scope));
}
