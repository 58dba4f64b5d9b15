import { expect, it } from 'vitest';
import { timelineRows } from './timeline';

const item = (at: string, session_id: string | null) => ({ at, session_id });

it('stands under the days of the domain, not of UTC', () => {
  const rows = timelineRows(
    [item('2026-11-05T23:30:00Z', 's1'), item('2026-11-05T22:30:00Z', 's1')],
    'Europe/Paris',
  );
  expect(rows.map(({ day }) => day)).toEqual(['2026-11-06', '2026-11-05']);
  // A session that goes on past midnight is told of under both days.
  expect(rows.map(({ group }) => group?.items.length)).toEqual([1, 1]);
});

it('keeps the order of time when two sessions alternate', () => {
  const items = [
    item('2026-11-05T10:03:00Z', 'a'),
    item('2026-11-05T10:02:00Z', 'b'),
    item('2026-11-05T10:01:00Z', 'a'),
    item('2026-11-05T10:00:00Z', 'a'),
    item('2026-11-05T09:00:00Z', null),
  ];
  const rows = timelineRows(items, 'UTC');
  expect(rows.map((row) => row.item)).toEqual(items);
  expect(rows.map(({ day }) => day)).toEqual(['2026-11-05', null, null, null, null]);
  expect(rows.map(({ group }) => group && [group.session, group.items.length])).toEqual([
    ['a', 1],
    ['b', 1],
    ['a', 2],
    null,
    [null, 1],
  ]);
});

it('of nothing is nothing', () => {
  expect(timelineRows([], 'UTC')).toEqual([]);
});
