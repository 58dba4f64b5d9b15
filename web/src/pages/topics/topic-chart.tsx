import '@mantine/charts/styles.layer.css';
import { CompositeChart } from '@mantine/charts';
import type { Bucket } from '@/lib/dates';
import { formatCount } from '@/lib/format';
import classes from './topic-chart.module.css';
import type { SeriesPoint, TopicSeries } from './topic-series';

type TopicChartProps = {
  series: TopicSeries[];
  points: SeriesPoint[];
  bucket: Bucket;
  height: number;
};

export function TopicChart({ series, points, bucket, height }: TopicChartProps) {
  const total = (name: string) => points.reduce((sum, point) => sum + Number(point[name] ?? 0), 0);
  const told = series.map((each) => `${each.label} ${formatCount(total(each.name))}`).join(', ');
  return (
    <>
      <ul className={classes.legend} aria-label="Topics of the chart">
        {series.map((each) => (
          <li key={each.name} className={classes.key}>
            <Swatch {...each} />
            <span className={classes.label} title={each.label}>
              {each.label}
            </span>
          </li>
        ))}
      </ul>
      <div
        role="img"
        aria-label={`Conversations per ${bucket} by topic: ${told}. Choose Table for every value.`}
      >
        <CompositeChart
          h={height - 30}
          data={points}
          dataKey="label"
          series={series.map(({ name, label, color, dashes }) => ({
            name,
            label,
            color,
            strokeDasharray: dashes,
            type: 'line' as const,
          }))}
          curveType="linear"
          withDots={points.length < 2}
          gridAxis="x"
          tickLine="none"
          strokeWidth={2}
          lineProps={{ isAnimationActive: false }}
          yAxisProps={{ width: 38, allowDecimals: false, tickFormatter: formatCount }}
          xAxisProps={{ minTickGap: 24 }}
          composedChartProps={{
            accessibilityLayer: false,
            margin: { top: 10, right: 5, bottom: 5, left: 5 },
          }}
          tooltipProps={{
            content: ({ payload }) => {
              const point = payload?.[0]?.payload as SeriesPoint | undefined;
              return point ? <PointTooltip point={point} series={series} /> : null;
            },
          }}
        />
      </div>
    </>
  );
}

function Swatch({ color, dashes }: Pick<TopicSeries, 'color' | 'dashes'>) {
  return (
    <svg width="22" height="4" aria-hidden="true" className={classes.swatch}>
      <line
        x1="0"
        x2="22"
        y1="2"
        y2="2"
        stroke={color}
        strokeWidth="2.5"
        strokeDasharray={dashes === '0' ? undefined : dashes}
      />
    </svg>
  );
}

function PointTooltip({ point, series }: { point: SeriesPoint; series: TopicSeries[] }) {
  return (
    <div className={classes.tooltip}>
      <p className={classes.tooltipTitle}>{point.label}</p>
      {series.map((each) => (
        <div key={each.name} className={classes.tooltipRow}>
          <Swatch {...each} />
          <span className={classes.label}>{each.label}</span>
          <b>{formatCount(Number(point[each.name] ?? 0))}</b>
        </div>
      ))}
    </div>
  );
}
