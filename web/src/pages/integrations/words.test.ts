import { beforeEach, expect, it } from 'vitest';
import { setLocale } from '@/lib/format';
import { sayCounts, sayPhase } from './words';

beforeEach(() => setLocale('en-GB'));

it('says what a run did, and what a dry run would do', () => {
  const counts = { contacts: { created: 1200, failed: 2 }, notes: { unchanged: 3 } };
  expect(sayCounts(counts, 'sync')).toEqual([
    'Contacts: 1,200 created, 2 failed',
    'Notes: 3 unchanged',
  ]);
  expect(sayCounts(counts, 'dry_run')[0]).toBe('Contacts: 1,200 would be created, 2 would fail');
});

it('says how far a run is', () => {
  expect(sayPhase(null)).toBe('Starting');
  expect(sayPhase('reading')).toBe('Reading owners, stages and deals');
});
