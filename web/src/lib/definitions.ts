import catalogue from '@config/metrics.json';

export type MetricName = keyof typeof catalogue.metrics;

/** What a figure means, from the catalogue that the server's own comments are written from. */
export function definitionOf(name: MetricName): string {
  return catalogue.metrics[name].definition;
}

export const ONLY_COUNTED = catalogue.counted;
