import { Link } from '@tanstack/react-router';
import type { ListedAccount } from '@/data/account-list';
import classes from '@/ui/person-link.module.css';

type CompanyNameProps = { account: ListedAccount };

/** The name and domain of a company, leading to its panel; the view around it stays as it is. */
export function CompanyName({ account }: CompanyNameProps) {
  return (
    <Link
      from="/accounts"
      to="/accounts/$domain/$id"
      params={{ domain: account.site_domain, id: account.id }}
      search={(current) => ({ ...current, tab: undefined, kinds: undefined })}
      className={classes.link}
      preload={false}
      resetScroll={false}
    >
      <span className={classes.first} title={account.name}>
        {account.name}
      </span>
      {account.domain && (
        <span className={classes.second} title={account.domain}>
          {account.domain}
        </span>
      )}
    </Link>
  );
}
