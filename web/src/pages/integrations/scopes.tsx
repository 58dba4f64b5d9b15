import type { Integration } from '@/data/integration';
import classes from './integrations.module.css';

type ScopesProps = {
  scopes: Integration['scopes'];
  /** What the connection allows; null while there is none. */
  granted: string[] | null | undefined;
};

/** What HubSpot is asked to allow, what for, and what of it the connection lacks. */
export function Scopes({ scopes, granted }: ScopesProps) {
  return (
    <details>
      <summary className={classes.text}>
        {granted ? 'What the connection may do' : 'What HubSpot will be asked to allow'}
      </summary>
      <ul className={classes.scopes}>
        {scopes.map(({ name, why, optional }) => (
          <li key={name}>
            <span className={classes.code}>{name}</span>
            <span className={classes.text}>
              {why}
              {optional && ' (optional)'}
              {granted && !granted.includes(name) && ' — not allowed; connect again to allow it'}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
