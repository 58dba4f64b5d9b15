import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';

export type HeatCell = Database['public']['Functions']['get_heat_map']['Returns'][number];

async function fetchHeatMap({ client }: Backend, scope: Scope, signal: AbortSignal) {
  const cells: HeatCell[] = unwrap(
    await client
      .rpc('get_heat_map', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
      })
      .abortSignal(signal),
  );
  return cells;
}

export function heatMapQuery(backend: Backend, scope: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, 'heat-map', scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchHeatMap(backend, scope, signal),
    placeholderData: keepPreviousData,
  });
}

/** Conversations by weekday (1 Monday to 7 Sunday) and hour of their domain. */
export function useHeatMap(scope: Scope) {
  return useQuery(heatMapQuery(useBackend(), scope));
}
