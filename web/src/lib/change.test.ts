import { beforeEach, describe, expect, it } from 'vitest';
import { changeOf, formatMetric } from './change';
import { NONE, setLocale } from './format';

beforeEach(() => setLocale('en-GB'));

describe('a change', () => {
  it('of a count is in percent of what it was', () => {
    expect(changeOf(150, 100, 'count')).toEqual({
      direction: 'up',
      text: '50.0%',
      spoken: 'up 50.0%, from 100',
    });
    expect(changeOf(75, 100, 'count')).toMatchObject({ direction: 'down', text: '25.0%' });
  });

  it('of a rate is in percentage points', () => {
    expect(changeOf(0.12, 0.1, 'rate')).toEqual({
      direction: 'up',
      text: '2.0 pp',
      spoken: 'up 2.0 percentage points, from 10.0%',
    });
  });

  it('from nothing has no size', () => {
    expect(changeOf(5, 0, 'count')).toMatchObject({ direction: 'unknown', text: NONE });
    expect(changeOf(0.5, null, 'rate')).toMatchObject({ direction: 'unknown', text: NONE });
  });

  it('too small to be shown is none', () => {
    expect(changeOf(0.10004, 0.1, 'rate').direction).toBe('same');
    expect(changeOf(0, 0, 'count').direction).toBe('same');
  });

  it('past tenfold is a factor', () => {
    expect(changeOf(2300, 100, 'count').text).toBe('23×');
  });
});

it('a rate without a denominator is a dash, never 0 %', () => {
  expect(formatMetric(null, 'rate')).toBe(NONE);
  expect(formatMetric(null, 'average')).toBe(NONE);
  expect(formatMetric(0, 'rate')).toBe('0.0%');
});

it('a score moves by points', () => {
  expect(changeOf(4.3, 4, 'score')).toMatchObject({ direction: 'up', text: '0.3' });
  expect(changeOf(4.04, 4, 'score').direction).toBe('same');
  expect(changeOf(4, null, 'score').direction).toBe('unknown');
});
