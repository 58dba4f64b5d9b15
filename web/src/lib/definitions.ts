import { counted, metrics } from '@config/metrics.json';

export type MetricName = keyof typeof metrics;

/** What a figure means, from the catalogue that the server's own comments are written from. */
export function definitionOf(name: MetricName): string {
  return metrics[name].definition;
}

export const ONLY_COUNTED = counted;
