import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';
import type { Metric } from '@/lib/metrics';

async function fetchBeginning(
  { client }: Backend,
  scope: Scope,
  metric: Metric,
  signal: AbortSignal,
) {
  const rows = unwrap(
    await client
      .rpc('get_metric_beginning', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
        p_metric: metric.source,
        p_rate: metric.unit !== 'count',
      })
      .abortSignal(signal),
  );
  return rows[0] ?? null;
}

export function metricBeginningQuery(backend: Backend, scope: Scope, metric: Metric) {
  return queryOptions({
    queryKey: [TRAFFIC, 'metric-beginning', metric.id, scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchBeginning(backend, scope, metric, signal),
  });
}

/** Since when a metric has been another than before; null where there is no clear beginning. */
export function useMetricBeginning(scope: Scope, metric: Metric) {
  return useQuery(metricBeginningQuery(useBackend(), scope, metric));
}
