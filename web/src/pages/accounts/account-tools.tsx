import { getRouteApi } from '@tanstack/react-router';
import type { AccountFilter } from '@/data/account-filter';
import type { Scope } from '@/data/scope';
import { NO_ACCOUNT_FILTERS, parseAccountSearch } from '@/lib/people-filters';
import { ExportButton } from '@/lists/export-button';
import { SavedViews } from '@/lists/saved-views';

const route = getRouteApi('/shell/accounts');

type AccountToolsProps = { scope: Scope; filter: AccountFilter; total: number | undefined };

/** What can be done with the list as it is filtered: kept under a name, saved as a file. */
export function AccountTools({ scope, filter, total }: AccountToolsProps) {
  // Without what an open panel has in the address.
  const { domain: _domain, from: _from, to: _to, ...view } = parseAccountSearch(route.useSearch());
  const navigate = route.useNavigate();
  const open = (kept: Record<string, unknown>) => {
    const { domain: _d, from: _f, to: _t, ...known } = parseAccountSearch(kept);
    void navigate({
      search: (current) => ({ ...current, ...NO_ACCOUNT_FILTERS, sort: undefined, ...known }),
    });
  };
  return (
    <>
      <SavedViews page="accounts" search={view} onOpen={open} />
      <ExportButton
        list="accounts"
        siteDomains={scope.siteDomains}
        filter={filter}
        sort={view.sort}
        total={total}
      />
    </>
  );
}
