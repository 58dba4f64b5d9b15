import '@mantine/charts/styles.layer.css';
import { CompositeChart } from '@mantine/charts';
import type { TopicBucket } from '@/data/topic-over-time';
import type { Bucket } from '@/lib/dates';
import { formatBucket, formatCount } from '@/lib/format';

type TopicTrendProps = { rows: TopicBucket[]; bucket: Bucket; height: number };

/** One topic's conversations, beside those of the previous period. */
export function TopicTrend({ rows, bucket, height }: TopicTrendProps) {
  const total = rows.reduce((sum, row) => sum + row.conversations, 0);
  const before = rows.reduce((sum, row) => sum + row.previous_conversations, 0);
  return (
    <div
      role="img"
      aria-label={`Conversations per ${bucket}: ${formatCount(total)}, ${formatCount(before)} in the previous period`}
    >
      <CompositeChart
        h={height}
        data={rows.map((row) => ({
          label: formatBucket(row.bucket, bucket),
          now: row.conversations,
          before: row.previous_conversations,
        }))}
        dataKey="label"
        series={[
          { name: 'now', label: 'Conversations', color: 'var(--series)', type: 'bar' },
          {
            name: 'before',
            label: 'Previous period',
            color: 'var(--series-previous)',
            type: 'line',
          },
        ]}
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
  );
}
