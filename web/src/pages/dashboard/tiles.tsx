import { Skeleton } from '@mantine/core';
import type { useDashboardSummary } from '@/data/dashboard-summary';
import type { Scope } from '@/data/scope';
import { METRICS } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { ErrorState } from '@/ui/error-state';
import { Tile } from './tile';
import classes from './tiles.module.css';

type TilesProps = { scope: Scope; summary: ReturnType<typeof useDashboardSummary> };

export function Tiles({ scope, summary }: TilesProps) {
  if (summary.isError && !summary.data) {
    return (
      <div className={classes.failed}>
        <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />
      </div>
    );
  }
  if (!summary.data) return <TilesSkeleton />;

  const rows = new Map(summary.data.map((row) => [row.metric, row]));
  return (
    <dl className={classes.grid} aria-label="Figures" aria-busy={summary.isPlaceholderData}>
      {METRICS.map((metric) => (
        <Tile
          key={metric.id}
          metric={metric}
          rows={rows}
          timezone={timezoneLabel(scope.domain?.timezone ?? null)}
          stale={summary.isPlaceholderData}
        />
      ))}
    </dl>
  );
}

function TilesSkeleton() {
  return (
    <div className={classes.grid} role="status" aria-label="Loading the figures">
      {METRICS.map((metric) => (
        <div key={metric.id} className={classes.tile}>
          <span className={classes.label}>{metric.label}</span>
          <Skeleton height={24} width="60%" mt={8} />
          <Skeleton height={11} width="80%" mt={9} mb={3} />
        </div>
      ))}
    </div>
  );
}
