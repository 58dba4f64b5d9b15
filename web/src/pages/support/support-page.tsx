import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useLinear } from '@/data/linear';
import { type ListedTicket, ticketFilter, useTicketCount, useTicketList } from '@/data/ticket-list';
import { useScope } from '@/data/use-scope';
import { foundInWords } from '@/lib/found';
import { useShortcuts } from '@/lib/shortcuts';
import type { TicketKind } from '@/lib/ticket-search';
import { timezoneLabel } from '@/lib/timezone';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { ListTable } from '@/ui/list-table';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { Split } from '@/ui/split';
import { useReadOnly, Writes } from '@/ui/writes';
import { LinearNote } from './linear-note';
import { NewTicket } from './new-ticket';
import { NoTickets } from './no-tickets';
import classes from './support-page.module.css';
import { useTicketColumns } from './ticket-columns';
import { TicketFilters } from './ticket-filters';
import { TicketTools } from './ticket-tools';

const route = getRouteApi('/shell/support');

/** What was reported to Rose, and how it stands. */
export function SupportPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { domain, id } = useParams({ strict: false });
  const scope = useScope(search);
  const filter = useMemo(() => ticketFilter(scope, search), [scope, search]);
  const linear = useLinear();
  const list = useTicketList(scope.siteDomains, filter, search.sort, linear.data?.configured);
  const rows = useMemo(() => list.data?.pages.flat() ?? [], [list.data]);
  const count = useTicketCount(scope.siteDomains, filter, rows, linear.data?.configured);
  const columns = useTicketColumns(scope, linear.data?.configured);

  const write = (kind: TicketKind | undefined) =>
    void navigate({
      search: (current) => ({ ...current, new: kind }),
      replace: kind === undefined,
      resetScroll: false,
    });
  const readOnly = useReadOnly() !== null;
  useShortcuts(readOnly ? {} : { r: () => write('other') });
  const open = useCallback(
    ({ site_domain, id }: ListedTicket) =>
      void navigate({
        to: '/support/$domain/$id',
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
    // What is known of Linear stands above the tickets: come later, it would push them down.
    const awaitsNote = linear.isPending && linear.failureCount === 0;
    if (!list.data || awaitsNote) return <ListSkeleton label="Loading the tickets" />;
    if (rows.length === 0) return <NoTickets scope={scope} onWrite={() => write('other')} />;
    return (
      <ListTable
        label="Tickets"
        columns={columns}
        rows={rows}
        list={list}
        total={count.data}
        sort={search.sort ?? 'newest'}
        onSort={(sort) =>
          void navigate({
            search: (current) => ({ ...current, sort: sort === 'newest' ? undefined : sort }),
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
    <>
      <Split panel={<Outlet />}>
        <div className={classes.head}>
          <PageHead
            title="Support"
            note={
              <ScopeNote
                range={scope}
                siteDomains={scope.siteDomains}
                timezone={scope.domain?.timezone ?? null}
                compared={false}
              />
            }
          />
          <Writes>
            <Button
              size="xs"
              leftSection={<IconPlus size={15} aria-hidden />}
              onClick={() => write('other')}
            >
              New ticket
            </Button>
          </Writes>
        </div>
        <TicketFilters
          found={foundInWords(count, 'ticket', 'tickets')}
          tools={<TicketTools scope={scope} filter={filter} total={count.data} />}
        />
        {linear.data && (list.data || list.isError) && <LinearNote linear={linear.data} />}
        {body()}
      </Split>
      {search.new && !readOnly && (
        <NewTicket
          scope={scope}
          kind={search.new}
          onKind={write}
          onClose={() => write(undefined)}
        />
      )}
    </>
  );
}
