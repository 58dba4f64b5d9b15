import type { Day } from '@/lib/dates';

/** What a chart marks: something that changed on a day. */
export type Change = { day: Day; at: string; label: string; actor_label: string | null };

/** The changes of each bucket; a bucket holds the days from its own to the next one's. */
export function changesByBucket<One extends Change>(
  buckets: readonly Day[],
  changes: readonly One[],
): Map<Day, One[]> {
  const found = new Map<Day, One[]>();
  for (const change of changes) {
    const bucket = buckets.findLast((each) => each <= change.day);
    if (bucket !== undefined) found.set(bucket, [...(found.get(bucket) ?? []), change]);
  }
  return found;
}
