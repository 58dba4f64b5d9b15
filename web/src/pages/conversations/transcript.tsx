import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { memo, useMemo } from 'react';
import type { Conversation, Message } from '@/data/conversation';
import { formatDateTime, formatLatency, formatTime, formatWeekday } from '@/lib/format';
import { INTENT_LABELS, labelOf, SIGNAL_LABELS } from '@/lib/insight-labels';
import { type MessageInsight, readMessages, readSources, type Source } from '@/lib/insights';
import { plainText } from '@/lib/plain-text';
import { ConversionBadge } from '@/ui/conversion-badges';
import { EmptyState } from '@/ui/empty-state';
import { useGradually } from '@/ui/gradually';
import { Markdown } from '@/ui/markdown';
import { Writes } from '@/ui/writes';
import { messageAnchor } from './message-anchor';
import classes from './transcript.module.css';
import { type TranscriptItem, transcriptItems } from './transcript-items';

type TranscriptProps = {
  conversation: Conversation;
  timezone: string;
  onCorrect: (messageId: string) => void;
  onReport: (messageId: string) => void;
};

export function Transcript({ conversation, timezone, onCorrect, onReport }: TranscriptProps) {
  const { messages, conversions, insight } = conversation;
  const items = useMemo(
    () => transcriptItems(messages, conversions, timezone),
    [messages, conversions, timezone],
  );
  const understood = useMemo(() => readMessages(insight?.messages ?? null), [insight]);
  const shown = useGradually(items.length);
  const deleted = deletionOf(conversation, timezone);
  return (
    <>
      <ol className={classes.transcript} aria-label="Transcript">
        {items.slice(0, shown).map((item) => (
          <Item
            key={item.key}
            item={item}
            timezone={timezone}
            understood={understood}
            deleted={deleted}
            onCorrect={onCorrect}
            onReport={onReport}
          />
        ))}
      </ol>
      {messages.length === 0 && (
        <EmptyState title="Nobody wrote in this conversation">
          The widget was opened, and closed again without a message.
        </EmptyState>
      )}
    </>
  );
}

/** What stands in place of a deleted text; null while there is all of it. */
function deletionOf(
  { text_deleted_at: at, text_deleted_by: by }: Conversation,
  timezone: string,
): string | null {
  if (!at) return null;
  const why = by === 'erasure' ? 'when the visitor was erased' : 'by retention';
  return `Text deleted ${why} on ${formatDateTime(at, timezone)}`;
}

type ItemProps = {
  item: TranscriptItem;
  timezone: string;
  understood: Map<string, MessageInsight>;
  deleted: string | null;
  onCorrect: (messageId: string) => void;
  onReport: (messageId: string) => void;
};

// Thousands of messages are not drawn again because one is corrected.
const Item = memo(function Item(props: ItemProps) {
  const { item, timezone, understood, deleted, onCorrect, onReport } = props;
  if (item.type === 'day') return <li className={classes.day}>{formatWeekday(item.day)}</li>;
  if (item.type === 'message') {
    return (
      <Bubble
        message={item.message}
        timezone={timezone}
        insight={understood.get(item.message.id)}
        deleted={item.message.text === '' ? deleted : null}
        onCorrect={onCorrect}
        onReport={onReport}
      />
    );
  }
  return (
    <li className={classes.conversion}>
      <ConversionBadge kind={item.kind} />
      <time dateTime={item.at}>{formatTime(item.at, timezone)}</time>
    </li>
  );
});

type BubbleProps = {
  message: Message;
  timezone: string;
  insight: MessageInsight | undefined;
  deleted: string | null;
  onCorrect: (messageId: string) => void;
  onReport: (messageId: string) => void;
};

function Bubble({ message, timezone, insight, deleted, onCorrect, onReport }: BubbleProps) {
  const agent = message.role === 'agent';
  return (
    <li
      id={messageAnchor(message.id)}
      tabIndex={-1}
      className={classes.message}
      data-role={message.role}
    >
      <VisuallyHidden>{agent ? 'Agent:' : 'Visitor:'}</VisuallyHidden>
      <div className={classes.bubble}>
        {deleted ? (
          <span className={classes.deleted}>{deleted}</span>
        ) : (
          <Markdown>{plainText(message.text)}</Markdown>
        )}
      </div>
      <div className={classes.meta}>
        <time dateTime={message.sent_at} title={formatDateTime(message.sent_at, timezone)}>
          {formatTime(message.sent_at, timezone)}
        </time>
        {message.latency_ms !== null && (
          <span>answered in {formatLatency(message.latency_ms)}</span>
        )}
        {message.edited_at !== null && <span>edited</span>}
        {insight?.intent && <span>{labelOf(INTENT_LABELS, insight.intent)}</span>}
        {insight?.signals.map((kind) => (
          <span key={kind} className={classes.signal}>
            {labelOf(SIGNAL_LABELS, kind)}
          </span>
        ))}
        {insight?.answered === false && <span className={classes.unanswered}>Not answered</span>}
        {agent && !deleted && (
          <Writes>
            <UnstyledButton className={classes.correct} onClick={() => onCorrect(message.id)}>
              Correct
            </UnstyledButton>
            <UnstyledButton className={classes.correct} onClick={() => onReport(message.id)}>
              Report
            </UnstyledButton>
          </Writes>
        )}
      </div>
      {agent && <Sources sources={readSources(message.metadata)} />}
    </li>
  );
}

/** What the answer was drawn from. */
function Sources({ sources }: { sources: Source[] }) {
  if (sources.length === 0) return null;
  return (
    <ul className={classes.sources} aria-label="Sources">
      {sources.map(({ label, href }) => (
        <li key={`${label} ${href}`}>
          {href ? (
            <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">
              {plainText(label)}
            </a>
          ) : (
            plainText(label)
          )}
        </li>
      ))}
    </ul>
  );
}
