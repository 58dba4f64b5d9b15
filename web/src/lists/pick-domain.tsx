import { Link } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { Panel } from '@/ui/panel';
import classes from './pick-domain.module.css';

type PickDomainProps = { title: string; children: string };

/** What belongs to one website is shown for one: the way to each. */
export function PickDomain({ title, children }: PickDomainProps) {
  const domains = useDomains();
  return (
    <Panel title={title}>
      <p className={classes.text}>{children}</p>
      <ul className={classes.list}>
        {domains.map(({ site_domain, name }) => (
          <li key={site_domain}>
            <Link
              to="."
              search={(current) => ({ ...current, domain: site_domain })}
              className={classes.link}
            >
              <span className={classes.name}>{name}</span>
              <span className={classes.domain}>{site_domain}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
