import { describe, expect, it } from 'vitest';
import {
  clampRange,
  dayOf,
  defaultBucket,
  isDay,
  latestToday,
  lengthOf,
  presetOf,
  presets,
  previousPeriod,
} from './dates';

describe('days', () => {
  it('belong to the timezone, not to UTC', () => {
    const instant = new Date('2026-11-22T23:30:00Z');
    expect(dayOf(instant, 'Europe/Paris')).toBe('2026-11-23');
    expect(dayOf(instant, 'America/New_York')).toBe('2026-11-22');
  });

  it('of several timezones end with the one that is furthest ahead', () => {
    const now = new Date('2026-11-22T18:00:00Z');
    expect(latestToday(['America/New_York', 'Asia/Singapore'], now)).toBe('2026-11-23');
    expect(latestToday([], now)).toBe('2026-11-22');
  });

  it('are checked against the calendar', () => {
    expect(isDay('2028-02-29')).toBe(true);
    expect(isDay('2026-02-29')).toBe(false);
    expect(isDay('2026-1-1')).toBe(false);
    expect(isDay(20260101)).toBe(false);
  });
});

describe('the previous period', () => {
  it('has as many days and ends the day before', () => {
    const range = { from: '2026-03-01', to: '2026-03-31' };
    expect(previousPeriod(range)).toEqual({ from: '2026-01-29', to: '2026-02-28' });
    expect(lengthOf(previousPeriod(range))).toBe(lengthOf(range));
  });

  it('of one day is yesterday, over a change of the clocks too', () => {
    expect(previousPeriod({ from: '2026-03-29', to: '2026-03-29' })).toEqual({
      from: '2026-03-28',
      to: '2026-03-28',
    });
  });
});

describe('presets', () => {
  it('include the current day', () => {
    const byId = Object.fromEntries(presets('2026-03-15').map((each) => [each.id, each.range]));
    expect(byId['7d']).toEqual({ from: '2026-03-09', to: '2026-03-15' });
    expect(byId.month).toEqual({ from: '2026-03-01', to: '2026-03-15' });
    expect(byId['last-month']).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  });

  it('are recognised in a range', () => {
    expect(presetOf({ from: '2026-02-16', to: '2026-03-15' }, '2026-03-15')?.id).toBe('28d');
    expect(presetOf({ from: '2026-02-16', to: '2026-03-14' }, '2026-03-15')).toBeNull();
  });
});

it('buckets grow with the range', () => {
  expect(defaultBucket({ from: '2026-01-01', to: '2026-03-31' })).toBe('day');
  expect(defaultBucket({ from: '2026-01-01', to: '2026-06-30' })).toBe('week');
});

it('a range longer than the server counts over loses its beginning', () => {
  expect(clampRange({ from: '2020-01-01', to: '2026-01-01' })).toEqual({
    from: '2025-01-01',
    to: '2026-01-01',
  });
});
