import { Link } from '@tanstack/react-router';
import { useAlerts } from '@/data/alerts';
import type { Domain } from '@/data/domains';
import { ALERT_TITLES, sayAlert } from '@/lib/alerts';
import { formatDateTime } from '@/lib/format';
import classes from './agents.module.css';

/** What is not as usual on the website now; nothing when all is. */
export function OpenAlerts({ domain }: { domain: Domain }) {
  const { data } = useAlerts(domain.site_domain);
  const open = data?.filter(({ ended_at }) => ended_at === null) ?? [];
  return open.map((alert) => (
    <p key={alert.id} role="status" className={classes.stale}>
      <strong>{ALERT_TITLES[alert.kind]}</strong> since{' '}
      {formatDateTime(alert.started_at, domain.timezone)}. {sayAlert(alert, domain.timezone)}{' '}
      <Link to="/notifications">Get alerts by e-mail</Link>
    </p>
  ));
}
