import { Button, Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { auditDomains, auditFilter } from '@/data/audit-filter';
import { useAuditLogCount } from '@/data/audit-log-count';
import { useAuditLogList } from '@/data/audit-log-list';
import { useDomains } from '@/data/domains';
import { useScope } from '@/data/use-scope';
import { foundInWords } from '@/lib/found';
import { ExportButton } from '@/lists/export-button';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { AuditEntryRow } from './audit-entry';
import { AuditFilters, hasFilters, NO_FILTERS } from './audit-filters';
import classes from './audit-page.module.css';
import { ChainState } from './chain-state';
import { actorName } from './words';

const route = getRouteApi('/shell/audit');
const SKELETONS = Array.from({ length: 10 }, (_, index) => index);

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search);
  const domains = useDomains();
  const sites = auditDomains(scope.siteDomains, domains.length);
  const filter = useMemo(() => auditFilter(scope, search), [scope, search]);
  const list = useAuditLogList(sites, filter);
  const count = useAuditLogCount(sites, filter);
  const entries = list.data?.pages.flat() ?? [];
  const timezones = new Map(domains.map((each) => [each.site_domain, each.timezone]));

  const body = () => {
    if (list.isError && !list.data) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    }
    if (!list.data) {
      return (
        <div className={classes.frame} role="status" aria-label="Loading the audit log">
          {SKELETONS.map((index) => (
            <Skeleton key={index} height={12} width={`${50 + ((index * 7) % 40)}%`} m={16} />
          ))}
        </div>
      );
    }
    if (entries.length === 0) {
      return (
        <EmptyState
          title={hasFilters(search) ? 'No entry matches these filters' : 'No changes in this range'}
          actions={
            hasFilters(search) && (
              <Button
                size="xs"
                variant="default"
                onClick={() => void navigate({ search: (now) => ({ ...now, ...NO_FILTERS }) })}
              >
                Clear the filters
              </Button>
            )
          }
        >
          Every change of a website, its settings and content, its keys and who may see it is kept
          here, as are exports, erasures and transcripts that Rose staff looked at. Try a longer
          range.
        </EmptyState>
      );
    }
    return (
      <div className={classes.frame} aria-busy={list.isPlaceholderData}>
        <ol aria-label="Entries" className={classes.list}>
          {entries.map((entry) => (
            <li key={`${entry.site_domain}/${entry.position}`}>
              <AuditEntryRow
                entry={entry}
                timezone={timezones.get(entry.site_domain) ?? 'UTC'}
                withDomain={scope.domain === null || entry.site_domain === ''}
              />
            </li>
          ))}
        </ol>
        {list.isFetchNextPageError && (
          <ErrorState error={list.error} onRetry={() => void list.fetchNextPage()} />
        )}
        {list.hasNextPage && !list.isFetchNextPageError && (
          <div className={classes.foot}>
            <Button
              size="xs"
              variant="default"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Load more
            </Button>
          </div>
        )}
      </div>
    );
  };

  return (
    <>
      <PageHead
        title="Audit log"
        note={
          <ScopeNote
            range={scope}
            siteDomains={scope.siteDomains}
            timezone={scope.domain?.timezone ?? null}
            compared={false}
          />
        }
      />
      <ChainState sites={sites} timezone={scope.domain?.timezone ?? 'UTC'} />
      <AuditFilters
        found={foundInWords(count, 'entry', 'entries')}
        actor={search.actor && actorName(search.actor, entries)}
        tools={
          <ExportButton list="audit_log" siteDomains={sites} filter={filter} total={count.data} />
        }
      />
      {body()}
    </>
  );
}
