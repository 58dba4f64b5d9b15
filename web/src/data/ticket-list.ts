import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { TICKETS } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import type { TicketSearch } from '@/lib/ticket-search';

type Row = Database['public']['Functions']['list_tickets']['Returns'][number];
export type ListedTicket = Nullable<
  Row,
  | 'verdict'
  | 'conversation_id'
  | 'message_id'
  | 'last_error'
  | 'next_attempt_at'
  | 'linear_identifier'
  | 'linear_url'
  | 'linear_state'
>;

/** The filter argument that list_tickets, count_tickets and the export share. */
export type TicketFilter = {
  from?: string;
  to?: string;
  search?: string;
  kind?: string;
  status?: string[];
  conversation_id?: string;
};

const PAGE_SIZE = 50;
/** What waits to be sent is looked at again soon, and what failed once not quite so soon. */
const SOON = 4_000;
const AFTER_AN_ERROR = 10_000;

type Delivered = { delivery: string; last_error: string | null };

export function ticketFilter(scope: Scope, search: TicketSearch): TicketFilter {
  return {
    from: scope.from,
    to: scope.to,
    ...(search.q && { search: search.q }),
    ...(search.kind && { kind: search.kind }),
    ...(search.status && { status: search.status }),
  };
}

/** Whether a ticket may change by itself in a moment. */
export function isOnItsWay(ticket: Delivered): boolean {
  return ticket.delivery === 'waiting' && ticket.last_error === null;
}

/** In how many milliseconds to look again at tickets that may go out any moment; false: none may. */
export function lookAgain(tickets: Delivered[]): number | false {
  const waiting = tickets.filter(({ delivery }) => delivery === 'waiting');
  if (waiting.length === 0) return false;
  return waiting.some(isOnItsWay) ? SOON : AFTER_AN_ERROR;
}

function ticketListQuery(
  { client }: Backend,
  siteDomains: string[],
  filter: TicketFilter,
  sort: TicketSearch['sort'],
) {
  return keysetOptions<ListedTicket>({
    queryKey: [TICKETS, 'list', siteDomains, filter, sort ?? 'newest'],
    pageSize: PAGE_SIZE,
    fetchPage: async (after, signal) =>
      unwrap(
        await client
          .rpc('list_tickets', {
            p_site_domains: siteDomains,
            p_filter: filter,
            p_sort: sort ?? 'newest',
            p_limit: PAGE_SIZE,
            p_after: after,
          })
          .abortSignal(signal),
      ),
  });
}

/** Tickets, a page at a time; `configured` says whether what waits may go out any moment. */
export function useTicketList(
  siteDomains: string[],
  filter: TicketFilter,
  sort?: TicketSearch['sort'],
  configured?: boolean,
) {
  return useInfiniteQuery({
    ...ticketListQuery(useBackend(), siteDomains, filter, sort),
    refetchInterval: ({ state }) =>
      configured === true && lookAgain(state.data?.pages.flat() ?? []),
  });
}

/** How many tickets the filter finds, exactly. */
export function useTicketCount(
  siteDomains: string[],
  filter: TicketFilter,
  shown: ListedTicket[],
  configured?: boolean,
) {
  const { client } = useBackend();
  return useQuery({
    queryKey: [TICKETS, 'count', siteDomains, filter],
    queryFn: async ({ signal }): Promise<number> =>
      unwrap(
        await client
          .rpc('count_tickets', { p_site_domains: siteDomains, p_filter: filter })
          .abortSignal(signal),
      ),
    placeholderData: keepPreviousData,
    // As often as the list beside it, and until both say that it is empty.
    refetchInterval: ({ state }) =>
      configured === true &&
      (lookAgain(shown) || (shown.length === 0 && (state.data ?? 0) > 0 && SOON)),
  });
}
