import type { SummaryRow } from '@/data/dashboard-summary';
import { changeOf, formatMetric } from '@/lib/change';
import { formatCount } from '@/lib/format';
import type { Metric } from '@/lib/metrics';
import { ChangeLabel } from '@/ui/change-label';
import { Definition } from '@/ui/definition';
import { RowsLink } from '@/ui/rows-link';
import { metricValues, rowsBehind } from './metric-values';
import classes from './tiles.module.css';

type TileProps = {
  metric: Metric;
  rows: Map<string, SummaryRow>;
  timezone: string;
  stale: boolean;
};

export function Tile({ metric, rows, timezone, stale }: TileProps) {
  const row = rows.get(metric.source);
  const { current, previous } = metricValues(metric, row);
  const value = formatMetric(current, metric.unit);
  const behind = rowsBehind(metric, row);
  return (
    <div className={classes.tile} data-stale={stale || undefined}>
      <dt className={classes.label}>
        {metric.label}
        <Definition of={metric.label} text={metric.definition} timezone={timezone} />
      </dt>
      <dd className={classes.figure}>
        {behind.all && metric.rows ? (
          <RowsLink rows={metric.rows} className={classes.value} title="See what is counted">
            {value}
          </RowsLink>
        ) : (
          <span className={classes.value}>{value}</span>
        )}
        <ChangeLabel change={changeOf(current, previous, metric.unit)} />
      </dd>
      <dd className={classes.rate}>
        <Detail metric={metric} rows={rows} />
        {behind.some > 0 && metric.rows && (
          <RowsLink rows={metric.rows} className={classes.behind}>
            In {formatCount(behind.some)} {behind.some === 1 ? 'conversation' : 'conversations'}
          </RowsLink>
        )}
      </dd>
    </div>
  );
}

function Detail({ metric: { detail }, rows }: Pick<TileProps, 'metric' | 'rows'>) {
  const row = detail && rows.get(detail.source);
  if (!detail || !row) return null;
  // Nobody and nothing opens no list.
  if (!detail.rows || !(row.base ?? row.value)) return detail.text(row);
  return (
    <RowsLink rows={detail.rows} className={classes.behind}>
      {detail.text(row)}
    </RowsLink>
  );
}
