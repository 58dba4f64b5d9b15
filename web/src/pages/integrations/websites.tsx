import { Link } from '@tanstack/react-router';
import { useConnections } from '@/data/crm-connections';
import { useDomains } from '@/data/domains';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { Panel } from '@/ui/panel';
import classes from './integrations.module.css';
import { StateBadge } from './state-badge';
import { STATES } from './words';

/** Every website, and whether its HubSpot is connected. */
export function Websites() {
  const domains = useDomains();
  const { data, error, refetch } = useConnections();
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton label="Loading the connections" />;
  const connections = new Map(data.map((each) => [each.site_domain, each]));
  return (
    <Panel title="HubSpot" note="One connection for each website">
      <ul>
        {domains.map(({ site_domain, name }) => {
          const connection = connections.get(site_domain);
          const state = connection?.state ?? 'disconnected';
          return (
            <li key={site_domain} className={classes.row}>
              <div className={classes.head}>
                <Link
                  to="."
                  search={(current) => ({ ...current, domain: site_domain })}
                  className={classes.link}
                >
                  {name}
                </Link>
                <span className={classes.text}>{site_domain}</span>
                <StateBadge state={state}>{STATES[state]}</StateBadge>
                {connection && state !== 'disconnected' && (
                  <span className={classes.text}>{connection.portal_name}</span>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
