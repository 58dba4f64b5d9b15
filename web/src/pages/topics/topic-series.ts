import type { TopicPoint } from '@/data/topics-over-time';
import type { Bucket } from '@/lib/dates';
import { formatBucket } from '@/lib/format';

export type TopicSeries = {
  /** What names the series in the points: labels may be alike. */
  name: string;
  label: string;
  color: string;
  /** Told apart by more than their colour. */
  dashes: string;
};

export type SeriesPoint = { label: string } & Record<string, string | number>;

const COLORS = 6;
const DASHES = ['0', '7 3', '2 3', '10 3 2 3', '0', '5 5'];

/** The rows of each topic as a series, and the points of all of them by bucket. */
export function seriesOf(rows: TopicPoint[], bucket: Bucket, withDomain: boolean) {
  const series = new Map<string, TopicSeries>();
  const points = new Map<string, SeriesPoint>();
  for (const row of rows) {
    const name = `t${row.topic_id}`;
    const place = series.get(name) ? 0 : series.size;
    if (!series.has(name)) {
      series.set(name, {
        name,
        label: withDomain ? `${row.label} · ${row.site_domain}` : row.label,
        color: `var(--topic-${(place % COLORS) + 1})`,
        dashes: DASHES[place % DASHES.length] ?? '0',
      });
    }
    const point: SeriesPoint = points.get(row.bucket) ?? {
      label: formatBucket(row.bucket, bucket),
    };
    point[name] = row.conversations;
    points.set(row.bucket, point);
  }
  return { series: [...series.values()], points: [...points.values()] };
}
