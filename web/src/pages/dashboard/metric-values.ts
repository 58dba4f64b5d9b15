import type { SummaryRow } from '@/data/dashboard-summary';
import type { Metric } from '@/lib/metrics';

type Values = { current: number | null; previous: number | null };

/** The number a tile shows, and the same number in the previous period. */
export function metricValues(metric: Metric, row: SummaryRow | undefined): Values {
  if (row === undefined) return { current: null, previous: null };
  if (metric.unit === 'count') return { current: row.value, previous: row.previous_value };
  return { current: row.rate, previous: row.previous_rate };
}
