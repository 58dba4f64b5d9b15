import { VisuallyHidden } from '@mantine/core';
import type { Conversation, Message } from '@/data/conversation';
import { formatDateTime, formatLatency, formatTime, formatWeekday } from '@/lib/format';
import { ConversionBadge } from '@/ui/conversion-badges';
import { EmptyState } from '@/ui/empty-state';
import { Markdown } from '@/ui/markdown';
import classes from './transcript.module.css';
import { type TranscriptItem, transcriptItems } from './transcript-items';

type TranscriptProps = { conversation: Conversation; timezone: string };

export function Transcript({ conversation, timezone }: TranscriptProps) {
  const items = transcriptItems(conversation.messages, conversation.conversions, timezone);
  return (
    <>
      <ol className={classes.transcript} aria-label="Transcript">
        {items.map((item) => (
          <Item key={item.key} item={item} timezone={timezone} />
        ))}
      </ol>
      {conversation.messages.length === 0 && (
        <EmptyState title="Nobody wrote in this conversation">
          The widget was opened, and closed again without a message.
        </EmptyState>
      )}
    </>
  );
}

function Item({ item, timezone }: { item: TranscriptItem; timezone: string }) {
  if (item.type === 'day') return <li className={classes.day}>{formatWeekday(item.day)}</li>;
  if (item.type === 'message') return <Bubble message={item.message} timezone={timezone} />;
  return (
    <li className={classes.conversion}>
      <ConversionBadge kind={item.kind} />
      <time dateTime={item.at}>{formatTime(item.at, timezone)}</time>
    </li>
  );
}

function Bubble({ message, timezone }: { message: Message; timezone: string }) {
  return (
    <li className={classes.message} data-role={message.role}>
      <VisuallyHidden>{message.role === 'visitor' ? 'Visitor:' : 'Agent:'}</VisuallyHidden>
      <div className={classes.bubble}>
        <Markdown>{message.text}</Markdown>
      </div>
      <div className={classes.meta}>
        <time dateTime={message.sent_at} title={formatDateTime(message.sent_at, timezone)}>
          {formatTime(message.sent_at, timezone)}
        </time>
        {message.latency_ms !== null && (
          <span>answered in {formatLatency(message.latency_ms)}</span>
        )}
        {message.edited_at !== null && <span>edited</span>}
      </div>
    </li>
  );
}
