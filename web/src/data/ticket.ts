import { queryOptions, useQuery } from '@tanstack/react-query';
import { TICKETS } from '@/data/keys';
import { lookAgain } from '@/data/ticket-list';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { Problem, unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_ticket']['Returns'][number];

export type TicketComment = { id: string; author: string; body: string; written_at: string };
export type TicketEvent = {
  id: string;
  at: string;
  kind: string;
  data: {
    error?: string;
    attempt?: number;
    next_attempt_at?: string | null;
    from?: string | null;
    to?: string | null;
    identifier?: string;
  };
  actor: string | null;
  detail: string | null;
};
export type Ticket = Omit<
  Nullable<
    Row,
    | 'description'
    | 'verdict'
    | 'expected_answer'
    | 'conversation_id'
    | 'session_id'
    | 'message_id'
    | 'answer'
    | 'last_error'
    | 'next_attempt_at'
    | 'sent_at'
    | 'linear_identifier'
    | 'linear_url'
    | 'linear_state'
    | 'linear_checked_at'
    | 'erased_at'
  >,
  'comments' | 'history'
> & { comments: TicketComment[]; history: TicketEvent[] };

async function fetchTicket(
  { client }: Backend,
  siteDomain: string,
  id: string,
  signal: AbortSignal,
): Promise<Ticket> {
  const rows = unwrap(
    await client.rpc('get_ticket', { p_site_domain: siteDomain, p_id: id }).abortSignal(signal),
  );
  const [ticket] = rows;
  if (!ticket) throw new Problem('not-found', 'There is no such ticket for you.', 404, null, null);
  return ticket as unknown as Ticket;
}

export function ticketQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [TICKETS, 'one', siteDomain, id],
    queryFn: ({ signal }) => fetchTicket(backend, siteDomain, id, signal),
  });
}

/** One ticket with its comments and history. */
export function useTicket(siteDomain: string, id: string, configured?: boolean) {
  return useQuery({
    ...ticketQuery(useBackend(), siteDomain, id),
    refetchInterval: ({ state }) =>
      configured === true && state.data !== undefined && lookAgain([state.data]),
  });
}
