import type { OverTimeRow } from '@/data/conversations-over-time';
import type { MetricRow } from '@/data/metric-over-time';
import type { Bucket, Day } from '@/lib/dates';
import { formatBucket } from '@/lib/format';
import type { MetricUnit } from '@/lib/metrics';

export type Point = {
  bucket: Day;
  label: string;
  previousLabel: string | null;
  total: number | null;
  /** Of conversations: those in which the visitor wrote, and the others. */
  messaged: number | null;
  empty: number | null;
  previous: number | null;
};

/** Conversations split by whether the visitor wrote, and the previous total. */
export function conversationPoints(rows: OverTimeRow[], bucket: Bucket): Point[] {
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

/** Any metric and the same in the previous period: its number, or its rate where that is what it is. */
export function metricPoints(rows: MetricRow[], bucket: Bucket, unit: MetricUnit): Point[] {
  const counts = unit === 'count';
  return rows.map((row) => ({
    bucket: row.bucket,
    label: formatBucket(row.bucket, bucket),
    previousLabel: formatBucket(row.previous_bucket, bucket),
    total: counts ? row.value : row.rate,
    messaged: null,
    empty: null,
    previous: counts ? row.previous_value : row.previous_rate,
  }));
}
