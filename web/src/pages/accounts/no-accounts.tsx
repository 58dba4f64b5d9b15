import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import { countSet, NO_ACCOUNT_FILTERS } from '@/lib/people-filters';
import { NothingFound } from '@/ui/nothing-found';

const route = getRouteApi('/shell/accounts');

type NoAccountsProps = { scope: Scope };

export function NoAccounts({ scope }: NoAccountsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const end = endOf(search, useDomains());
  const change = (changed: object) =>
    void navigate({ search: (current) => ({ ...current, ...changed }) });
  return (
    <NothingFound
      what="accounts"
      hint="Companies appear here once it is known which company a visitor belongs to."
      filtered={countSet(search, NO_ACCOUNT_FILTERS) > 0}
      range={scope}
      end={end}
      onClear={() => change(NO_ACCOUNT_FILTERS)}
      onWiden={change}
    />
  );
}
