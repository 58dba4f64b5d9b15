import type { TicketEvent } from '@/data/ticket';
import { plainText } from '@/lib/plain-text';
import { errorText } from '@/lib/ticket-words';
import classes from './support-page.module.css';

/** What happened, as a sentence. */
export function eventText({ kind, data, actor }: TicketEvent): string {
  const who = plainText(actor ?? 'Somebody');
  switch (kind) {
    case 'created':
      return `${who} reported it`;
    case 'sent':
      return `Sent to Rose’s team as ${data.identifier ?? 'an issue'}`;
    case 'failed':
      return `Attempt ${data.attempt ?? ''} to send it failed. ${errorText(data.error)}`;
    case 'status':
      return data.from ? `${data.from} → ${data.to}` : `Now ${data.to}`;
    case 'retried':
      return `${who} had it sent again`;
    case 'removed':
      return 'Rose’s team removed it';
    case 'erased':
      return data.identifier
        ? `It was sent as ${data.identifier} meanwhile, which Rose’s team has to delete`
        : 'What it said was erased';
    default:
      return kind;
  }
}

type TicketHistoryProps = { events: TicketEvent[]; time: (instant: string) => string };

export function TicketHistory({ events, time }: TicketHistoryProps) {
  return (
    <ol className={classes.history}>
      {events.map((event) => (
        <li key={event.id}>
          {eventText(event)}{' '}
          <time className={classes.meta} dateTime={event.at}>
            {time(event.at)}
          </time>
          {event.detail && (
            <span className={classes.detail}>Linear said: {plainText(event.detail)}</span>
          )}
        </li>
      ))}
    </ol>
  );
}
