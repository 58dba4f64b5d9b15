import { expect, it } from 'vitest';
import { parseConversationSearch } from './conversation-search';
import { METRICS } from './metrics';

it('every metric is defined', () => {
  expect(METRICS).toHaveLength(10);
  for (const metric of METRICS) expect(metric.definition, metric.id).toMatch(/\.$/);
});

it('every metric that opens conversations does so by filters the list knows', () => {
  for (const metric of METRICS) {
    if (metric.rows) expect(parseConversationSearch(metric.rows)).toMatchObject(metric.rows);
  }
});
