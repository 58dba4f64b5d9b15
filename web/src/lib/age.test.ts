import { afterEach, expect, it } from 'vitest';
import { formatAge, setLocale } from './format';

afterEach(() => setLocale(undefined));

it.each([
  ['2026-11-05T11:59:40Z', 'this minute'],
  ['2026-11-05T12:00:30Z', 'this minute'],
  ['2026-11-05T11:18:00Z', '42 minutes ago'],
  ['2026-11-05T09:00:01Z', '2 hours ago'],
  ['2026-11-04T12:00:00Z', 'yesterday'],
  ['2026-08-01T12:00:00Z', '3 months ago'],
  ['2024-11-01T12:00:00Z', '2 years ago'],
])('%s was %s', (instant, age) => {
  setLocale('en-GB');
  expect(formatAge(instant, new Date('2026-11-05T12:00:00Z'))).toBe(age);
});
