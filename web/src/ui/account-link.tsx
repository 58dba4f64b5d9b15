import { Link } from '@tanstack/react-router';
import { NONE } from '@/lib/format';
import { plainText } from '@/lib/plain-text';
import classes from './person-link.module.css';

type AccountLinkProps = {
  of: { site_domain: string; account_id: string | null; account_name: string | null };
};

/** The company somebody belongs to, leading to its panel. */
export function AccountLink({ of }: AccountLinkProps) {
  const { site_domain, account_id, account_name } = of;
  if (account_id === null) return NONE;
  const name = plainText(account_name ?? '');
  return (
    <Link
      to="/accounts/$domain/$id"
      params={{ domain: site_domain, id: account_id }}
      className={classes.plain}
      preload={false}
      title={name}
    >
      {name}
    </Link>
  );
}
