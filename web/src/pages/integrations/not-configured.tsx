import type { Integration } from '@/data/integration';
import classes from './integrations.module.css';

/** No HubSpot app is set: what is missing, and how it is set. */
export function NotConfigured({ integration }: { integration: Integration }) {
  return (
    <div role="status">
      <p className={classes.text}>
        This installation has no HubSpot app yet. Make one in a HubSpot developer account, add the
        redirect URL <span className={classes.code}>{integration.redirect_uri}</span> to it, set
        these in the server’s environment, and start it again:
      </p>
      <ul className={classes.lines}>
        {integration.missing.map((name) => (
          <li key={name} className={classes.code}>
            {name}
          </li>
        ))}
      </ul>
      <p className={classes.text}>
        To try it without an account, run{' '}
        <span className={classes.code}>backoffice demo hubspot</span>: it prints the settings.
      </p>
    </div>
  );
}
