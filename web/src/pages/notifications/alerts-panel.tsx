import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { MOST_ALERTS, useAlerts } from '@/data/alerts';
import { useDomains } from '@/data/domains';
import { useScope } from '@/data/use-scope';
import { ALERT_TITLES, type Alert, sayAlert } from '@/lib/alerts';
import { formatDateTime } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import classes from './notifications.module.css';

const route = getRouteApi('/shell/notifications');

/** What is not as usual now, and what was not. */
export function AlertsPanel() {
  const { domain } = useScope(route.useSearch());
  const alerts = useAlerts(domain?.site_domain ?? null);
  const timezones = new Map(useDomains().map((each) => [each.site_domain, each.timezone]));
  const open = alerts.data?.filter(({ ended_at }) => ended_at === null).length ?? 0;
  return (
    <Panel title="Alerts" note={open > 0 ? `${open} open` : (domain?.site_domain ?? 'all domains')}>
      {alerts.isPending && <Skeleton height={48} radius="md" />}
      {alerts.isError && !alerts.data && (
        <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} />
      )}
      {alerts.data?.length === 0 && (
        <p className={classes.text}>
          Nothing was out of the usual. A website is watched once there are four weeks to compare
          with.
        </p>
      )}
      <ul className={classes.list} aria-label="Alerts">
        {alerts.data?.map((alert) => (
          <AlertItem
            key={alert.id}
            alert={alert}
            timezone={timezones.get(alert.site_domain) ?? 'UTC'}
          />
        ))}
      </ul>
      {alerts.data?.length === MOST_ALERTS && (
        <p className={classes.soft}>Those open and the newest: {MOST_ALERTS} in all.</p>
      )}
    </Panel>
  );
}

function AlertItem({ alert, timezone }: { alert: Alert; timezone: string }) {
  return (
    <li className={classes.alert} data-open={alert.ended_at === null || undefined}>
      <span className={classes.name}>{ALERT_TITLES[alert.kind]}</span>
      <span className={classes.soft}>
        {alert.site_domain} · {formatDateTime(alert.started_at, timezone)} ·{' '}
        {sayEnd(alert, timezone)}
      </span>
      <span className={classes.why}>{sayAlert(alert, timezone)}</span>
    </li>
  );
}

function sayEnd({ ended_at, end_reason }: Alert, timezone: string): string {
  if (ended_at === null) return 'still open';
  const when = formatDateTime(ended_at, timezone);
  return end_reason === 'recovered'
    ? `as usual again ${when}`
    : `ended ${when}: for a week too little came in to tell`;
}
