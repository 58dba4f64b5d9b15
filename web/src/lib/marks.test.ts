import { expect, it } from 'vitest';
import { changesByBucket } from './marks';

const change = (day: string) => ({ day, at: `${day}T10:00:00Z`, label: day, actor_label: null });

it('a change belongs to the bucket its day is in', () => {
  const buckets = ['2026-11-01', '2026-11-02', '2026-11-09'];
  const changes = ['2026-11-01', '2026-11-05', '2026-11-08', '2026-11-30'].map(change);
  const found = changesByBucket(buckets, changes);
  expect([...found].map(([bucket, all]) => [bucket, all.map((each) => each.day)])).toEqual([
    ['2026-11-01', ['2026-11-01']],
    ['2026-11-02', ['2026-11-05', '2026-11-08']],
    ['2026-11-09', ['2026-11-30']],
  ]);
  expect(changesByBucket(buckets, [change('2026-10-31')]).size).toBe(0);
});
