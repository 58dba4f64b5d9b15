import { oneOf, parseScope, type Raw, type ScopeSearch, someOf, text } from '@/lib/filters';

export const TICKET_KINDS = ['chatbot', 'other'] as const;
export type TicketKind = (typeof TICKET_KINDS)[number];

export const TICKET_STATUSES = [
  'waiting',
  'refused',
  'open',
  'in_progress',
  'done',
  'canceled',
  'removed',
  'withdrawn',
] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export type TicketSearch = ScopeSearch & {
  q?: string;
  kind?: TicketKind;
  status?: TicketStatus[];
  // Newest first needs no word in the address.
  sort?: 'changed';
  /** Which form is open. */
  new?: TicketKind;
};

export const NO_TICKET_FILTERS = { q: undefined, kind: undefined, status: undefined } as const;

export function parseTicketSearch(raw: Raw): TicketSearch {
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    kind: oneOf(raw.kind, TICKET_KINDS),
    status: someOf(raw.status, TICKET_STATUSES),
    sort: oneOf(raw.sort, ['changed'] as const),
    new: oneOf(raw.new, TICKET_KINDS),
  };
}
