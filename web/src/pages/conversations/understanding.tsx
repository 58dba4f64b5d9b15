import { UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { Conversation } from '@/data/conversation';
import { INTENT_LABELS, labelOf } from '@/lib/insight-labels';
import { readReceipt } from '@/lib/insights';
import { plainText } from '@/lib/plain-text';
import { InterestScore } from '@/ui/interest-score';
import { Quality } from './marks';
import { Receipt } from './receipt';
import classes from './understanding.module.css';

/** What was understood of the conversation, and on demand why its score is what it is. */
export function Understanding({ conversation }: { conversation: Conversation }) {
  const [open, setOpen] = useState(false);
  const receipt = readReceipt(conversation.insight?.quality_receipt ?? null);
  const score = conversation.quality_score ?? null;
  return (
    <section className={classes.section} aria-label="What was understood">
      <div className={classes.line}>
        <InterestScore
          score={conversation.interest_score ?? 1}
          signals={conversation.signals ?? []}
        />
        {conversation.topic && <span>{plainText(conversation.topic.label)}</span>}
        {conversation.intent && <span>{labelOf(INTENT_LABELS, conversation.intent)}</span>}
        {receipt && score !== null ? (
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            Quality <Quality score={score} unanswered={conversation.unanswered_count} />
            <IconChevronDown size={15} data-open={open || undefined} aria-hidden />
          </UnstyledButton>
        ) : (
          <span className={classes.toggle}>
            {conversation.insights_due ? 'Being analysed' : 'No quality score'}
          </span>
        )}
      </div>
      {open && receipt && score !== null && (
        <div className={classes.receipt}>
          <Receipt
            receipt={receipt}
            score={score}
            scorerError={conversation.insight?.scorer_error ?? null}
          />
        </div>
      )}
    </section>
  );
}
