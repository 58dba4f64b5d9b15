import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import type { Bucket } from '@/lib/dates';
import { unwrap } from '@/lib/errors';
import type { MetricId } from '@/lib/metrics';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_metric_over_time']['Returns'][number];
export type MetricRow = Nullable<Row, 'base' | 'rate' | 'previous_base' | 'previous_rate'>;

async function fetchMetric(
  { client }: Backend,
  scope: Scope,
  metric: MetricId,
  bucket: Bucket,
  signal: AbortSignal,
) {
  const rows: MetricRow[] = unwrap(
    await client
      .rpc('get_metric_over_time', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
        p_metric: metric,
        p_bucket: bucket,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function metricOverTimeQuery(
  backend: Backend,
  scope: Scope,
  metric: MetricId,
  bucket: Bucket,
) {
  return queryOptions({
    queryKey: [
      TRAFFIC,
      'metric-over-time',
      metric,
      scope.siteDomains,
      scope.from,
      scope.to,
      bucket,
    ],
    queryFn: ({ signal }) => fetchMetric(backend, scope, metric, bucket, signal),
  });
}

/** A figure per day, week or month, beside the previous period's. */
export function useMetricOverTime(scope: Scope, metric: MetricId, bucket: Bucket, enabled = true) {
  return useQuery({ ...metricOverTimeQuery(useBackend(), scope, metric, bucket), enabled });
}
