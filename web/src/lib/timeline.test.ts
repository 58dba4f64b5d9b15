import { expect, it } from 'vitest';
import { groupTimeline } from './timeline';

const item = (at: string, session_id: string | null) => ({ at, session_id });

it('stands under the days of the domain, not of UTC', () => {
  const days = groupTimeline(
    [item('2026-11-05T23:30:00Z', 's1'), item('2026-11-05T22:30:00Z', 's1')],
    'Europe/Paris',
  );
  expect(days.map(({ day }) => day)).toEqual(['2026-11-06', '2026-11-05']);
});

it('keeps the order of time when two sessions alternate', () => {
  const rows = [
    item('2026-11-05T10:03:00Z', 'a'),
    item('2026-11-05T10:02:00Z', 'b'),
    item('2026-11-05T10:01:00Z', 'a'),
    item('2026-11-05T10:00:00Z', 'a'),
    item('2026-11-05T09:00:00Z', null),
  ];
  const [day] = groupTimeline(rows, 'UTC');
  expect(day?.groups.map(({ session, items }) => [session, items.length])).toEqual([
    ['a', 1],
    ['b', 1],
    ['a', 2],
    [null, 1],
  ]);
  expect(new Set(day?.groups.map(({ key }) => key)).size).toBe(4);
  expect(day?.groups.flatMap(({ items }) => items)).toEqual(rows);
});

it('of nothing is nothing', () => {
  expect(groupTimeline([], 'UTC')).toEqual([]);
});
