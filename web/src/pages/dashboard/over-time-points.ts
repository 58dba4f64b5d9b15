import type { OverTimeRow } from '@/data/conversations-over-time';
import type { Bucket, Day } from '@/lib/dates';
import { formatBucket } from '@/lib/format';

export type Point = {
  bucket: Day;
  label: string;
  previousLabel: string | null;
  total: number;
  messaged: number;
  empty: number;
  previous: number | null;
};

/** What the chart draws: conversations split by whether the visitor wrote, and the previous total. */
export function pointsOf(rows: OverTimeRow[], bucket: Bucket): Point[] {
  return rows.map((row) => ({
    bucket: row.bucket,
    label: formatBucket(row.bucket, bucket),
    previousLabel: row.previous_bucket && formatBucket(row.previous_bucket, bucket),
    total: row.conversations,
    messaged: row.messaged_conversations,
    empty: row.conversations - row.messaged_conversations,
    previous: row.previous_conversations,
  }));
}
