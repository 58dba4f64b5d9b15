import { expect, it } from 'vitest';
import { bucketRange } from './bucket-range';

it('a bucket ends on Sunday or with its month, and never after the range', () => {
  const end = '2026-11-26';
  expect(bucketRange('2026-11-03', 'day', end)).toEqual({ from: '2026-11-03', to: '2026-11-03' });
  expect(bucketRange('2026-11-04', 'week', end).to).toBe('2026-11-08');
  expect(bucketRange('2026-11-08', 'week', end).to).toBe('2026-11-08');
  expect(bucketRange('2026-11-23', 'week', end).to).toBe('2026-11-26');
  expect(bucketRange('2026-02-10', 'month', end).to).toBe('2026-02-28');
  expect(bucketRange('2026-12-01', 'month', '2027-01-05').to).toBe('2026-12-31');
  expect(bucketRange('2026-11-01', 'month', end).to).toBe('2026-11-26');
});
