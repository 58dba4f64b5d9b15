import { Link } from '@tanstack/react-router';
import { plainText } from '@/lib/plain-text';
import { visitorLabel } from '@/lib/visitor-label';
import classes from './person-link.module.css';

type VisitorLinkProps = {
  visitor: { site_domain: string; id: string; name: string | null; email: string | null };
  /** From elsewhere than the list of visitors: the account whose people the list is to show. */
  account?: string;
};

/** Who it is, leading to the visitor's panel; in the list, the view around it stays as it is. */
export function VisitorLink({ visitor, account }: VisitorLinkProps) {
  const label = visitorLabel(visitor);
  const second = visitor.name && visitor.email ? plainText(visitor.email) : null;
  return (
    <Link
      from="/visitors"
      to="/visitors/$domain/$id"
      params={{ domain: visitor.site_domain, id: visitor.id }}
      search={(current) =>
        account ? { account } : { ...current, tab: undefined, kinds: undefined }
      }
      className={classes.link}
      preload={false}
      resetScroll={false}
    >
      <span className={classes.first} title={label}>
        {label}
      </span>
      {second && (
        <span className={classes.second} title={second}>
          {second}
        </span>
      )}
    </Link>
  );
}
