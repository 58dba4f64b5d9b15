import { expect, it } from 'vitest';
import type { ClientKey } from '@/data/client-access';
import { currentKey, sayLeft, stateOf, works } from './key-state';

const NOW = new Date('2026-11-20T12:00:00Z');
const at = (revoked_at: string | null, expires_at: string | null) => ({ revoked_at, expires_at });

it.each([
  [at(null, null), 'active', true],
  [at(null, '2026-11-20T12:00:01Z'), 'ending', true],
  [at(null, '2026-11-20T12:00:00Z'), 'ended', false],
  [at('2026-11-19T12:00:00Z', null), 'revoked', false],
  [at('2026-11-19T12:00:00Z', '2026-12-01T12:00:00Z'), 'revoked', false],
])('%o is %s', (key, state, working) => {
  expect(stateOf(key, NOW)).toBe(state);
  expect(works(key, NOW)).toBe(working);
});

it.each([
  ['2026-11-27T12:00:00Z', '7 days'],
  ['2026-11-21T13:30:00Z', '1 day 1 hour'],
  ['2026-11-20T15:00:00Z', '3 hours'],
  ['2026-11-20T13:01:00Z', '1 hour 1 minute'],
  ['2026-11-20T12:05:00Z', '5 minutes'],
  ['2026-11-20T12:00:30Z', 'less than a minute'],
  ['2026-11-20T11:59:59Z', 'over'],
])('until %s there are %s', (until, words) => {
  expect(sayLeft(until, NOW)).toBe(words);
});

it('hands over the newest key that nothing ends', () => {
  const key = (id: string, expires_at: string | null, revoked_at: string | null = null) =>
    ({ id, kind: 'public', expires_at, revoked_at }) as ClientKey;
  const revoked = key('revoked', null, '2026-11-19T12:00:00Z');
  const ending = key('ending', '2026-11-27T12:00:00Z');
  const active = key('active', null);
  expect(currentKey([revoked, ending, active], 'public', NOW)?.id).toBe('active');
  expect(currentKey([revoked, ending], 'public', NOW)?.id).toBe('ending');
  expect(currentKey([revoked], 'public', NOW)).toBeUndefined();
  expect(currentKey([active], 'secret', NOW)).toBeUndefined();
});
