import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Ticket } from '@/data/ticket';
import { useRetryTicket } from '@/data/ticket-changes';
import { isOnItsWay } from '@/data/ticket-list';
import { formatDateTime } from '@/lib/format';
import { plainText } from '@/lib/plain-text';
import { TICKET_KINDS } from '@/lib/ticket-search';
import { deliveryText, KIND_LABELS, VERDICT_LABELS } from '@/lib/ticket-words';
import { IssueLink } from '@/tickets/issue-link';
import { TicketStatusBadge } from '@/tickets/ticket-status';
import { Facts } from '@/ui/facts';
import { Markdown } from '@/ui/markdown';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import classes from './support-page.module.css';
import { TicketHistory } from './ticket-history';

type TicketDetailProps = { ticket: Ticket; timezone: string; configured: boolean | undefined };

export function TicketDetail({ ticket, timezone, configured }: TicketDetailProps) {
  const time = (instant: string) => formatDateTime(instant, timezone);
  const retry = useRetryTicket(ticket.site_domain, ticket.id);
  const kind = TICKET_KINDS.find((each) => each === ticket.kind) ?? 'other';
  const waits = ticket.delivery === 'waiting' || ticket.delivery === 'refused';
  const again = waits && configured !== false && !isOnItsWay(ticket);
  return (
    <>
      <Facts
        label="Facts"
        facts={[
          [
            'Status',
            <TicketStatusBadge key="status" status={ticket.status} state={ticket.linear_state} />,
          ],
          [
            'Linear',
            ticket.linear_identifier && (
              <IssueLink
                key="issue"
                identifier={ticket.linear_identifier}
                url={ticket.linear_url}
              />
            ),
          ],
          ['Kind', KIND_LABELS[kind]],
          ['Verdict', ticket.verdict && VERDICT_LABELS[ticket.verdict]],
          ['Domain', ticket.site_domain],
          ['Reported by', plainText(ticket.reporter)],
          ['Reported', time(ticket.created_at)],
          ['Session', ticket.session_id],
        ]}
      />
      <section className={classes.section} aria-label="Delivery">
        <div className={classes.delivery}>
          <span>{deliveryText(ticket, configured, (at) => `at ${time(at)}`)}</span>
          {again && (
            <Writes>
              <Button
                size="compact-xs"
                variant="default"
                loading={retry.isPending}
                onClick={() =>
                  retry.mutate(undefined, {
                    onError: (error) => tellFailure('The ticket was not sent', error),
                  })
                }
              >
                Send now
              </Button>
            </Writes>
          )}
        </div>
      </section>
      {ticket.conversation_id && (
        <Part label="The agent’s answer">
          {ticket.answer ? (
            <Markdown>{plainText(ticket.answer)}</Markdown>
          ) : (
            <p className={classes.text}>It was erased.</p>
          )}
          <Link
            className={classes.link}
            to="/conversations/$domain/$id"
            params={{ domain: ticket.site_domain, id: ticket.conversation_id }}
            search={({ domain, from, to }) => ({ domain, from, to })}
          >
            Open the conversation
          </Link>
        </Part>
      )}
      {ticket.expected_answer && (
        <Part label="Expected answer">
          <p className={classes.text}>{plainText(ticket.expected_answer)}</p>
        </Part>
      )}
      {ticket.description && (
        <Part label="Description">
          <p className={classes.text}>{plainText(ticket.description)}</p>
        </Part>
      )}
      {ticket.comments.length > 0 && (
        <Part label="Comments of Rose’s team">
          {ticket.comments.map((comment) => (
            <article key={comment.id} className={classes.comment}>
              <p className={classes.meta}>
                {plainText(comment.author)}, {time(comment.written_at)}
              </p>
              <Markdown>{plainText(comment.body)}</Markdown>
            </article>
          ))}
        </Part>
      )}
      <Part label="History">
        <TicketHistory events={ticket.history} time={time} />
      </Part>
    </>
  );
}

function Part({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={label}>
      <h3 className={classes.label}>{label}</h3>
      {children}
    </section>
  );
}
