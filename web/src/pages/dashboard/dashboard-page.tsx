import { getRouteApi } from '@tanstack/react-router';
import clsx from 'clsx';
import { useDashboardSummary } from '@/data/dashboard-summary';
import { useIsDemoLoading } from '@/data/demo-traffic';
import { useScope } from '@/data/use-scope';
import { DaysArrive } from '@/ui/change-label';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import classes from './dashboard-page.module.css';
import { FunnelPanel } from './funnel-panel';
import { HeatMapPanel } from './heat-map-panel';
import { HighlightPanels } from './highlight-panels';
import { NoTraffic } from './no-traffic';
import { OverTimePanel } from './over-time-panel';
import { Tiles } from './tiles';
import { TopPanel } from './top-panel';

const route = getRouteApi('/shell/dashboard');

export function DashboardPage() {
  const scope = useScope(route.useSearch());
  const summary = useDashboardSummary(scope);
  const empty = summary.data?.every((row) => row.value === 0) ?? false;

  return (
    <DaysArrive value={useIsDemoLoading()}>
      <PageHead
        title="Dashboard"
        note={
          <ScopeNote
            range={scope}
            siteDomains={scope.siteDomains}
            timezone={scope.domain?.timezone ?? null}
          />
        }
      />
      <div className={classes.stack}>
        <Tiles scope={scope} summary={summary} />
        {empty ? (
          <NoTraffic scope={scope} />
        ) : (
          <>
            <OverTimePanel scope={scope} />
            <div className={clsx(classes.stack, classes.pair)}>
              <FunnelPanel scope={scope} />
              <TopPanel scope={scope} />
            </div>
            <div className={clsx(classes.stack, classes.pair)}>
              <HighlightPanels scope={scope} />
            </div>
            <HeatMapPanel scope={scope} />
          </>
        )}
      </div>
    </DaysArrive>
  );
}
