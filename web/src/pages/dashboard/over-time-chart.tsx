import '@mantine/charts/styles.layer.css';
import { CompositeChart } from '@mantine/charts';
import type { Annotation } from '@/data/annotations';
import { formatMetric } from '@/lib/change';
import type { Bucket } from '@/lib/dates';
import { formatCount } from '@/lib/format';
import { changesByBucket } from '@/lib/marks';
import type { Metric } from '@/lib/metrics';
import classes from './over-time-chart.module.css';
import type { Point } from './over-time-points';

type Series = {
  name: 'total' | 'messaged' | 'empty' | 'previous';
  label: string;
  color: string;
  type: 'bar' | 'line';
};

const PREVIOUS: Series = {
  name: 'previous',
  label: 'Previous period',
  color: 'var(--series-previous)',
  type: 'line',
};
const SPLIT: Series[] = [
  { name: 'messaged', label: 'With messages', color: 'var(--series)', type: 'bar' },
  { name: 'empty', label: 'Without a message', color: 'var(--series-soft)', type: 'bar' },
];

function seriesOf(metric: Metric, compared: boolean): Series[] {
  const bars: Series[] =
    metric.id === 'conversations'
      ? SPLIT
      : [{ name: 'total', label: metric.label, color: 'var(--series)', type: 'bar' }];
  return compared ? [...bars, PREVIOUS] : bars;
}

/** Distinct visitors and rates of days do not add up to those of the range. */
const ADDS_UP = (metric: Metric) =>
  metric.unit === 'count' && metric.id !== 'visitors' && metric.id !== 'engaged_visitors';

function describe(metric: Metric, points: Point[], bucket: Bucket, compared: boolean): string {
  const sum = (pick: (point: Point) => number | null) =>
    formatCount(points.reduce((total, point) => total + (pick(point) ?? 0), 0));
  const before = compared ? `, ${sum((point) => point.previous)} in the previous period` : '';
  const told = ADDS_UP(metric) ? `: ${sum((point) => point.total)}${before}` : '';
  return `${metric.label} per ${bucket}${told}. Choose Table for every value.`;
}

type OverTimeChartProps = {
  metric: Metric;
  points: Point[];
  bucket: Bucket;
  annotations: Annotation[];
  /** Whether the previous period is shown too. */
  compared: boolean;
  height: number;
};

export function OverTimeChart(props: OverTimeChartProps) {
  const { metric, points, bucket, annotations, compared, height } = props;
  const series = seriesOf(metric, compared);
  const changes = changesByBucket(
    points.map((point) => point.bucket),
    annotations,
  );
  const marks = points
    .filter((point) => changes.has(point.bucket))
    .map((point) => ({
      x: point.label,
      color: 'var(--ink-soft)',
      label: '◆',
      labelPosition: 'top' as const,
    }));

  return (
    <>
      <Legend series={series} marked={marks.length > 0} />
      <div
        role="img"
        aria-label={describe(metric, points, bucket, compared)}
        className={classes.chart}
      >
        <CompositeChart
          h={height - 26}
          data={points}
          dataKey="label"
          series={series}
          curveType="monotone"
          withDots={points.length === 1}
          gridAxis="x"
          tickLine="none"
          maxBarWidth={28}
          referenceLines={marks}
          barProps={{ stackId: 'total', isAnimationActive: false }}
          lineProps={{ strokeDasharray: '4 4', strokeWidth: 1.75, isAnimationActive: false }}
          yAxisProps={{
            width: metric.unit === 'rate' ? 54 : 44,
            allowDecimals: metric.unit !== 'count',
            tickFormatter: (value: number) => formatMetric(value, metric.unit),
          }}
          xAxisProps={{ minTickGap: 24 }}
          composedChartProps={{
            accessibilityLayer: false,
            barCategoryGap: '18%',
            // Room for the upper half of the topmost label, which is pushed off its line otherwise.
            margin: { top: 14, right: 5, bottom: 5, left: 5 },
          }}
          tooltipProps={{
            content: ({ payload }) => {
              const point = payload?.[0]?.payload as Point | undefined;
              if (!point) return null;
              const changed = changes.get(point.bucket) ?? [];
              return (
                <PointTooltip point={point} metric={metric} series={series} changed={changed} />
              );
            },
          }}
        />
      </div>
    </>
  );
}

function Legend({ series, marked }: { series: Series[]; marked: boolean }) {
  return (
    <div className={classes.legend} aria-hidden>
      {series.map((each) => (
        <span key={each.name} className={classes.key}>
          <Swatch {...each} />
          {each.label}
        </span>
      ))}
      {marked && <span className={classes.key}>◆ Something changed</span>}
    </div>
  );
}

function Swatch({ type, color }: { type: 'bar' | 'line'; color: string }) {
  if (type === 'line') return <span className={classes.dashes} />;
  return <span className={classes.swatch} style={{ background: color }} />;
}

type PointTooltipProps = { point: Point; metric: Metric; series: Series[]; changed: Annotation[] };

function PointTooltip({ point, metric, series, changed }: PointTooltipProps) {
  return (
    <div className={classes.tooltip}>
      <p className={classes.tooltipTitle}>
        {point.label}: {formatMetric(point.total, metric.unit)} {metric.label.toLowerCase()}
      </p>
      {series.map((each) => (
        <div key={each.name} className={classes.tooltipRow}>
          <Swatch {...each} />
          {each.name === 'previous' ? point.previousLabel : each.label}
          <b>{formatMetric(point[each.name], metric.unit)}</b>
        </div>
      ))}
      {changed.slice(0, 4).map((change) => (
        <p key={`${change.site_domain} ${change.position}`} className={classes.changed}>
          ◆ {change.label}, by {change.actor_label ?? 'somebody erased'}
        </p>
      ))}
      {changed.length > 4 && <p className={classes.changed}>and {changed.length - 4} more</p>}
    </div>
  );
}
