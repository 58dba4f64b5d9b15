import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useAccountCount } from '@/data/account-count';
import { accountFilter } from '@/data/account-filter';
import { type ListedAccount, useAccountList } from '@/data/account-list';
import { useScope } from '@/data/use-scope';
import { foundInWords } from '@/lib/found';
import { timezoneLabel } from '@/lib/timezone';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { ListTable } from '@/ui/list-table';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { Split } from '@/ui/split';
import { useAccountColumns } from './account-columns';
import { AccountFilters } from './account-filters';
import { AccountTools } from './account-tools';
import { NoAccounts } from './no-accounts';

const route = getRouteApi('/shell/accounts');

export function AccountsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { domain, id } = useParams({ strict: false });
  const scope = useScope(search);
  const filter = useMemo(() => accountFilter(scope, search), [scope, search]);
  const list = useAccountList(scope.siteDomains, filter, search.sort);
  const count = useAccountCount(scope.siteDomains, filter);
  const rows = useMemo(() => list.data?.pages.flat() ?? [], [list.data]);
  const columns = useAccountColumns(scope);

  const open = useCallback(
    ({ site_domain, id }: ListedAccount) =>
      void navigate({
        to: '/accounts/$domain/$id',
        params: { domain: site_domain, id },
        search: (current) => current,
        resetScroll: false,
      }),
    [navigate],
  );

  const body = () => {
    if (list.isError && !list.data) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    }
    if (!list.data) return <ListSkeleton label="Loading the accounts" />;
    if (rows.length === 0) return <NoAccounts scope={scope} />;
    return (
      <ListTable
        label="Accounts"
        columns={columns}
        rows={rows}
        list={list}
        total={count.data}
        sort={search.sort ?? 'recent'}
        onSort={(sort) =>
          void navigate({
            search: (current) => ({ ...current, sort: sort === 'recent' ? undefined : sort }),
            replace: true,
            resetScroll: false,
          })
        }
        open={domain && id ? { site_domain: domain, id } : null}
        onOpen={open}
        busy={list.isPlaceholderData}
        timezone={timezoneLabel(scope.domain?.timezone ?? null)}
      />
    );
  };

  return (
    <Split panel={<Outlet />}>
      <PageHead
        title="Accounts"
        note={
          <ScopeNote
            range={scope}
            siteDomains={scope.siteDomains}
            timezone={scope.domain?.timezone ?? null}
            compared={false}
          />
        }
      />
      <AccountFilters
        scope={scope}
        found={foundInWords(count, 'account', 'accounts')}
        tools={<AccountTools scope={scope} filter={filter} total={count.data} />}
      />
      {body()}
    </Split>
  );
}
