import '@mantine/charts/styles.layer.css';
import { CompositeChart } from '@mantine/charts';
import type { OverTimeRow } from '@/data/conversations-over-time';
import type { Bucket } from '@/lib/dates';
import { formatCount } from '@/lib/format';
import classes from './over-time-chart.module.css';
import { type Point, pointsOf } from './over-time-points';

const SERIES = [
  { name: 'messaged', label: 'With messages', color: 'var(--series)', type: 'bar' },
  { name: 'empty', label: 'Without a message', color: 'var(--series-soft)', type: 'bar' },
  { name: 'previous', label: 'Previous period', color: 'var(--series-previous)', type: 'line' },
] as const;

type OverTimeChartProps = { rows: OverTimeRow[]; bucket: Bucket; height: number };

export function OverTimeChart({ rows, bucket, height }: OverTimeChartProps) {
  const points = pointsOf(rows, bucket);
  const sum = (pick: (point: Point) => number) =>
    formatCount(points.reduce((total, point) => total + pick(point), 0));
  const description =
    `Conversations per ${bucket}: ${sum((point) => point.total)}, ` +
    `${sum((point) => point.previous ?? 0)} in the previous period. Choose Table for every value.`;

  return (
    <>
      <Legend />
      <div role="img" aria-label={description} className={classes.chart}>
        <CompositeChart
          h={height - 26}
          data={points}
          dataKey="label"
          series={[...SERIES]}
          curveType="monotone"
          withDots={false}
          gridAxis="x"
          tickLine="none"
          maxBarWidth={28}
          barProps={{ stackId: 'conversations', isAnimationActive: false }}
          lineProps={{ strokeDasharray: '4 4', strokeWidth: 1.75, isAnimationActive: false }}
          yAxisProps={{ width: 38, allowDecimals: false, tickFormatter: formatCount }}
          xAxisProps={{ minTickGap: 24 }}
          composedChartProps={{
            accessibilityLayer: false,
            barCategoryGap: '18%',
            // Room for the upper half of the topmost label, which is pushed off its line otherwise.
            margin: { top: 10, right: 5, bottom: 5, left: 5 },
          }}
          tooltipProps={{
            content: ({ payload }) => <PointTooltip point={payload?.[0]?.payload as Point} />,
          }}
        />
      </div>
    </>
  );
}

function Legend() {
  return (
    <div className={classes.legend} aria-hidden>
      {SERIES.map((series) => (
        <span key={series.name} className={classes.key}>
          <Swatch {...series} />
          {series.label}
        </span>
      ))}
    </div>
  );
}

function Swatch({ type, color }: { type: 'bar' | 'line'; color: string }) {
  if (type === 'line') return <span className={classes.dashes} />;
  return <span className={classes.swatch} style={{ background: color }} />;
}

function PointTooltip({ point }: { point: Point | undefined }) {
  if (!point) return null;
  return (
    <div className={classes.tooltip}>
      <p className={classes.tooltipTitle}>
        {point.label}: {formatCount(point.total)} conversations
      </p>
      {SERIES.map((series) => (
        <div key={series.name} className={classes.tooltipRow}>
          <Swatch {...series} />
          {series.name === 'previous' ? point.previousLabel : series.label}
          <b>{formatCount(point[series.name])}</b>
        </div>
      ))}
    </div>
  );
}
