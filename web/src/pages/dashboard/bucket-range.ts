import { addDays, type Bucket, type Day, type DayRange } from '@/lib/dates';

function lastDay(first: Day, bucket: Bucket): Day {
  if (bucket === 'day') return first;
  if (bucket === 'week') return addDays(first, (7 - new Date(first).getUTCDay()) % 7);
  // Four days after the 28th is in the next month, whichever it is.
  return addDays(`${addDays(`${first.slice(0, 7)}-28`, 4).slice(0, 7)}-01`, -1);
}

/** The days of a bucket that begins on `from`, cut off where the range ends. */
export function bucketRange(from: Day, bucket: Bucket, end: Day): DayRange {
  const last = lastDay(from, bucket);
  return { from, to: last < end ? last : end };
}
