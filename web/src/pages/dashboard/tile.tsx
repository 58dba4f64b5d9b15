import { Link } from '@tanstack/react-router';
import type { SummaryRow } from '@/data/dashboard-summary';
import { changeOf, formatMetric } from '@/lib/change';
import { formatCount } from '@/lib/format';
import type { Metric } from '@/lib/metrics';
import { ChangeLabel } from '@/ui/change-label';
import { Definition } from '@/ui/definition';
import { conversationsBehind, metricValues } from './metric-values';
import classes from './tiles.module.css';

type TileProps = {
  metric: Metric;
  rows: Map<string, SummaryRow>;
  timezone: string;
  stale: boolean;
};

export function Tile({ metric, rows, timezone, stale }: TileProps) {
  const row = rows.get(metric.source);
  const detail = metric.detail && rows.get(metric.detail.source);
  const { current, previous } = metricValues(metric, row);
  const value = formatMetric(current, metric.unit);
  const behind = row && conversationsBehind(metric, row);
  return (
    <div className={classes.tile} data-stale={stale || undefined}>
      <dt className={classes.label}>
        {metric.label}
        <Definition of={metric.label} text={metric.definition} timezone={timezone} />
      </dt>
      <dd className={classes.figure}>
        {behind?.all && metric.rows ? (
          <Link
            to="/conversations"
            search={metric.rows}
            className={classes.value}
            title="See these conversations"
          >
            {value}
          </Link>
        ) : (
          <span className={classes.value}>{value}</span>
        )}
        <ChangeLabel change={changeOf(current, previous, metric.unit)} />
      </dd>
      <dd className={classes.rate}>
        {detail && metric.detail?.text(detail)}
        {behind && behind.some > 0 && metric.rows && (
          <Link to="/conversations" search={metric.rows} className={classes.behind}>
            In {formatCount(behind.some)} {behind.some === 1 ? 'conversation' : 'conversations'}
          </Link>
        )}
      </dd>
    </div>
  );
}
