import { metrics } from '@config/metrics.json';
import { expect, it } from 'vitest';
import { parseConversationSearch } from './conversation-search';
import { FUNNEL_STEPS, METRICS } from './metrics';

it('every tile is defined by the catalogue, and says what never counts', () => {
  expect(METRICS).toHaveLength(10);
  for (const metric of METRICS) {
    expect(metric.label).toBe(metrics[metric.id].label);
    expect(metric.definition).toContain(metrics[metric.id].definition);
    expect(metric.definition, metric.id).toMatch(/test environments are not counted\.$/);
  }
});

it('a conversion says why the list may hold another number of conversations', () => {
  for (const { rows, definition } of METRICS) {
    const listed = definition.includes('The list holds');
    expect(listed).toBe(rows !== null && 'conversions' in rows.search);
  }
});

it('every metric that opens conversations does so by filters the list knows', () => {
  for (const { rows } of METRICS) {
    if (rows?.to === '/conversations') {
      expect(parseConversationSearch(rows.search)).toMatchObject(rows.search);
    }
  }
});

it('every step of the funnel opens the visitors who made it and all before it', () => {
  expect(Object.values(FUNNEL_STEPS).map((step) => step.did)).toEqual([
    'displayed',
    'funnel_opened',
    'funnel_messaged',
    'funnel_proposed',
    'funnel_clicked',
    'funnel_booked',
  ]);
});
