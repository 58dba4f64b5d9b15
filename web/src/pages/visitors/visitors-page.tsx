import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useScope } from '@/data/use-scope';
import { useVisitorCount } from '@/data/visitor-count';
import { visitorFilter } from '@/data/visitor-filter';
import { type ListedVisitor, useVisitorList } from '@/data/visitor-list';
import { foundInWords } from '@/lib/found';
import { timezoneLabel } from '@/lib/timezone';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { ListTable } from '@/ui/list-table';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { Split } from '@/ui/split';
import { NoVisitors } from './no-visitors';
import { useVisitorColumns } from './visitor-columns';
import { VisitorFilters } from './visitor-filters';
import { VisitorTools } from './visitor-tools';

const route = getRouteApi('/shell/visitors');

export function VisitorsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { domain, id } = useParams({ strict: false });
  const scope = useScope(search);
  const filter = useMemo(() => visitorFilter(scope, search), [scope, search]);
  const list = useVisitorList(scope.siteDomains, filter, search.sort);
  const count = useVisitorCount(scope.siteDomains, filter);
  const rows = useMemo(() => list.data?.pages.flat() ?? [], [list.data]);
  const columns = useVisitorColumns(scope);

  const open = useCallback(
    ({ site_domain, id }: ListedVisitor) =>
      void navigate({
        to: '/visitors/$domain/$id',
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
    if (!list.data) return <ListSkeleton label="Loading the visitors" />;
    if (rows.length === 0) return <NoVisitors scope={scope} />;
    return (
      <ListTable
        label="Visitors"
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
        title="Visitors"
        note={
          <ScopeNote
            range={scope}
            siteDomains={scope.siteDomains}
            timezone={scope.domain?.timezone ?? null}
            compared={false}
          />
        }
      />
      <VisitorFilters
        scope={scope}
        found={foundInWords(count, 'visitor', 'visitors')}
        tools={<VisitorTools scope={scope} filter={filter} total={count.data} />}
      />
      {body()}
    </Split>
  );
}
