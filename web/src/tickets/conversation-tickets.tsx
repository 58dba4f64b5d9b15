import { Link } from '@tanstack/react-router';
import { useLinear } from '@/data/linear';
import { useTicketList } from '@/data/ticket-list';
import { formatShortDateTime } from '@/lib/format';
import { plainText } from '@/lib/plain-text';
import { VERDICT_LABELS } from '@/lib/ticket-words';
import classes from './conversation-tickets.module.css';
import { IssueLink } from './issue-link';
import { TicketStatusBadge } from './ticket-status';

type ConversationTicketsProps = { domain: string; id: string; timezone: string };

/** What was reported of a conversation; nothing where nobody did. */
export function ConversationTickets({ domain, id, timezone }: ConversationTicketsProps) {
  const linear = useLinear();
  const list = useTicketList([domain], { conversation_id: id }, undefined, linear.data?.configured);
  const tickets = list.data?.pages.flat() ?? [];
  if (tickets.length === 0) return null;
  return (
    <section className={classes.tickets} aria-label="Tickets of this conversation">
      <h3 className={classes.title}>
        {tickets.length === 1 ? 'Reported once' : `Reported ${tickets.length} times`}
      </h3>
      <ul className={classes.list}>
        {tickets.map((ticket) => (
          <li key={ticket.id} className={classes.ticket}>
            <Link
              className={classes.link}
              to="/support/$domain/$id"
              params={{ domain, id: ticket.id }}
              search={({ domain, from, to }) => ({ domain, from, to })}
            >
              {VERDICT_LABELS[ticket.verdict ?? ''] ?? 'Ticket'}
            </Link>
            <TicketStatusBadge status={ticket.status} state={ticket.linear_state} />
            {ticket.linear_identifier && (
              <IssueLink identifier={ticket.linear_identifier} url={ticket.linear_url} />
            )}
            <span className={classes.title}>
              {plainText(ticket.reporter)}, {formatShortDateTime(ticket.created_at, timezone)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
