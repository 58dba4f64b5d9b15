import { type Day, dayOf } from '@/lib/dates';

type Item = { at: string; session_id?: string | null };

export type SessionGroup<T> = { key: string; session: string | null; items: T[] };
export type DayGroup<T> = { day: Day; groups: SessionGroup<T>[] };

/**
 * A timeline, newest first, cut where the domain's day or the session changes. Two sessions of one
 * moment alternate: each run is a group of its own, so that the order stays that of time.
 */
export function groupTimeline<T extends Item>(items: T[], timezone: string): DayGroup<T>[] {
  const days: DayGroup<T>[] = [];
  for (const item of items) {
    const day = dayOf(new Date(item.at), timezone);
    let group = days.at(-1);
    if (group?.day !== day) {
      group = { day, groups: [] };
      days.push(group);
    }
    const session = item.session_id ?? null;
    const run = group.groups.at(-1);
    if (run && run.session === session) run.items.push(item);
    else group.groups.push({ key: `${day} ${group.groups.length}`, session, items: [item] });
  }
  return days;
}
