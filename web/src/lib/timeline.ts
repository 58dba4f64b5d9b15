import { type Day, dayOf } from '@/lib/dates';

type Item = { at: string; session_id?: string | null };

export type SessionGroup<T> = { session: string | null; items: T[] };
export type TimelineRow<T> = {
  item: T;
  /** The day that begins with it. */
  day: Day | null;
  /** What happened in one session, which begins with it. */
  group: SessionGroup<T> | null;
};

/**
 * A timeline, newest first, cut where the domain's day or the session changes. Two sessions of one
 * moment alternate: each run is a group of its own, so that the order stays that of time.
 */
export function timelineRows<T extends Item>(items: T[], timezone: string): TimelineRow<T>[] {
  let day: Day | null = null;
  let group: SessionGroup<T> | null = null;
  return items.map((item) => {
    const itsDay = dayOf(new Date(item.at), timezone);
    const session = item.session_id ?? null;
    const beginsDay = itsDay !== day;
    day = itsDay;
    if (!beginsDay && group?.session === session) {
      group.items.push(item);
      return { item, day: null, group: null };
    }
    group = { session, items: [item] };
    return { item, day: beginsDay ? itsDay : null, group };
  });
}
