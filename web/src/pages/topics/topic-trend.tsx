import '@mantine/charts/styles.layer.css';
import { CompositeChart } from '@mantine/charts';
import type { TopicBucket } from '@/data/topic-over-time';
import type { Bucket } from '@/lib/dates';
import { formatBucket, formatCount } from '@/lib/format';
import classes from './topic-panel.module.css';

type TopicTrendProps = {
  rows: TopicBucket[];
  bucket: Bucket;
  /** Whether the previous period is shown too. */
  compared: boolean;
  height: number;
};

const NOW = { name: 'now', label: 'Conversations', color: 'var(--series)', type: 'bar' } as const;
const BEFORE = {
  name: 'before',
  label: 'Previous period',
  color: 'var(--series-previous)',
  type: 'line',
} as const;

/** One topic's conversations, beside those of the previous period. */
export function TopicTrend({ rows, bucket, compared, height }: TopicTrendProps) {
  const total = rows.reduce((sum, row) => sum + row.conversations, 0);
  const before = rows.reduce((sum, row) => sum + row.previous_conversations, 0);
  const told = `Conversations per ${bucket}: ${formatCount(total)}`;
  return (
    <>
      <div
        role="img"
        aria-label={compared ? `${told}, ${formatCount(before)} in the previous period` : told}
      >
        <CompositeChart
          h={height}
          data={rows.map((row) => ({
            label: formatBucket(row.bucket, bucket),
            now: row.conversations,
            before: row.previous_conversations,
          }))}
          dataKey="label"
          series={compared ? [NOW, BEFORE] : [NOW]}
          curveType="linear"
          withDots={rows.length === 1}
          gridAxis="x"
          tickLine="none"
          maxBarWidth={20}
          barProps={{ isAnimationActive: false }}
          lineProps={{ strokeDasharray: '4 4', strokeWidth: 1.75, isAnimationActive: false }}
          yAxisProps={{ width: 30, allowDecimals: false, tickFormatter: formatCount }}
          xAxisProps={{ minTickGap: 24 }}
          composedChartProps={{
            accessibilityLayer: false,
            margin: { top: 10, right: 5, bottom: 5, left: 5 },
          }}
        />
      </div>
      {compared && (
        <p className={classes.soft} aria-hidden>
          Dashed: the previous period
        </p>
      )}
    </>
  );
}
