import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Dimension } from '@/lib/filters';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_top_values']['Returns'][number];
export type TopValue = Nullable<Row, 'conversation_rate'>;

async function fetchTopValues(
  { client }: Backend,
  scope: Scope,
  dimension: Dimension,
  limit: number,
  signal: AbortSignal,
) {
  const rows: TopValue[] = unwrap(
    await client
      .rpc('get_top_values', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
        p_dimension: dimension,
        p_limit: limit,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function topValuesQuery(
  backend: Backend,
  scope: Scope,
  dimension: Dimension,
  limit: number,
) {
  return queryOptions({
    queryKey: [TRAFFIC, 'top', dimension, limit, scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchTopValues(backend, scope, dimension, limit, signal),
    placeholderData: keepPreviousData,
  });
}

/** The pages, countries, devices or referrers with the most conversations; an empty value is unknown. */
export function useTopValues(scope: Scope, dimension: Dimension, limit = 10, enabled = true) {
  return useQuery({ ...topValuesQuery(useBackend(), scope, dimension, limit), enabled });
}
