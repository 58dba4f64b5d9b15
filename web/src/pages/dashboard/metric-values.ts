import type { SummaryRow } from '@/data/dashboard-summary';
import type { Metric } from '@/lib/metrics';

type Values = { current: number | null; previous: number | null };

/** The number a tile shows, and the same number in the previous period. */
export function metricValues(metric: Metric, row: SummaryRow | undefined): Values {
  if (row === undefined) return { current: null, previous: null };
  if (metric.unit === 'count') return { current: row.value, previous: row.previous_value };
  return { current: row.rate, previous: row.previous_rate };
}

/**
 * Whether the list shows exactly what a number counts (`all`), or how many conversations it shows
 * instead (`some`): a conversion may belong to no conversation, or to one that began on an earlier day.
 */
export function rowsBehind(metric: Metric, row: SummaryRow | undefined) {
  if (row === undefined || metric.rows === null || row.value === 0) return { all: false, some: 0 };
  const listed = row.conversations ?? row.value;
  return { all: listed === row.value, some: listed === row.value ? 0 : listed };
}
