import type { TicketKind, TicketStatus } from '@/lib/ticket-search';

export const KIND_LABELS: Record<TicketKind, string> = {
  chatbot: 'Chatbot issue',
  other: 'Other issue',
};

export const STATUS_LABELS: Record<TicketStatus, string> = {
  waiting: 'Not sent yet',
  refused: 'Not accepted',
  open: 'Open',
  in_progress: 'In progress',
  done: 'Done',
  canceled: 'Canceled',
  removed: 'Removed',
  withdrawn: 'Withdrawn',
};

export const STATUS_DEFINITIONS: Record<TicketStatus, string> = {
  waiting: 'Kept here; it goes to Rose’s team as soon as it can.',
  refused: 'Rose’s ticket system did not accept it. Try again, or tell Rose.',
  open: 'With Rose’s team; nobody works on it yet.',
  in_progress: 'Somebody at Rose works on it.',
  done: 'Rose’s team finished it.',
  canceled: 'Rose’s team will not do it, or does it elsewhere.',
  removed: 'Rose’s team removed it.',
  withdrawn: 'What it said was erased before it was sent.',
};

export const VERDICT_LABELS: Record<string, string> = {
  accurate_but_not_ok: 'Accurate but not OK',
  not_accurate: 'Not accurate',
};

/** Why a ticket did not go out, in plain words. */
export const ERRORS: Record<string, string> = {
  unreachable: 'Linear could not be reached.',
  timeout: 'Linear did not answer in time.',
  server_error: 'Linear had an error of its own.',
  rate_limited: 'Linear asked to wait.',
  unreadable: 'Linear’s answer made no sense.',
  key_refused: 'Linear refused the key it was given. Rose staff have to set another one.',
  team_missing: 'The team that tickets go to was not found in Linear. Rose staff have to set it.',
  refused: 'Linear did not accept what the ticket says.',
};

export function errorText(code: string | null | undefined): string {
  return (code && ERRORS[code]) || 'It could not be sent.';
}

type Delivery = {
  delivery: string;
  last_error: string | null;
  next_attempt_at: string | null;
  attempts: number;
};

/** How a ticket's way to Rose's team stands, in a sentence; `when` says a moment in words. */
export function deliveryText(
  ticket: Delivery,
  configured: boolean | undefined,
  when: (instant: string) => string,
): string {
  switch (ticket.delivery) {
    case 'sent':
      return 'Sent to Rose’s team.';
    case 'refused':
      return `${errorText(ticket.last_error)} It is kept here and not tried again by itself.`;
    case 'withdrawn':
      return STATUS_DEFINITIONS.withdrawn;
    default:
      if (configured === false) {
        return 'Kept here. It goes out by itself once the connection to Linear is set up.';
      }
      if (ticket.last_error && ticket.next_attempt_at) {
        return `${errorText(ticket.last_error)} It is kept here and tried again ${when(ticket.next_attempt_at)}.`;
      }
      return 'Being sent…';
  }
}
