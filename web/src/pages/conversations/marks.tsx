import { VisuallyHidden } from '@mantine/core';
import { IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import { formatDecimal, NONE } from '@/lib/format';
import { labelOf, SIGNAL_LABELS } from '@/lib/insight-labels';
import { SCORE_LABELS, SCORES, scoreOf } from '@/lib/interest';
import classes from './marks.module.css';

type InterestProps = { score: number; signals?: string[] };

/** 1 Cold to 5 Hot, as a word beside five steps. */
export function Interest({ score, signals = [] }: InterestProps) {
  const word = SCORE_LABELS[scoreOf(score)];
  const because = signals.map((kind) => labelOf(SIGNAL_LABELS, kind)).join(', ');
  return (
    <span
      className={classes.interest}
      title={`Interest ${score} of 5${because && `. Buying signals: ${because}`}`}
    >
      <span className={classes.steps} data-score={score} aria-hidden>
        {SCORES.map((step) => (
          <i key={step} data-on={step <= score || undefined} />
        ))}
      </span>
      <VisuallyHidden>Interest {score} of 5: </VisuallyHidden>
      <span data-word>{word}</span>
    </span>
  );
}

type QualityProps = { score: number | null; unanswered?: number };

/** The quality score, and whether a question stayed without an answer. */
export function Quality({ score, unanswered = 0 }: QualityProps) {
  const level = score === null ? undefined : score < 2.5 ? 'bad' : score < 3.5 ? 'fair' : 'good';
  const title =
    (score === null ? 'No quality score' : `Quality ${formatDecimal(score)} of 5`) +
    (unanswered > 0 ? `, ${unanswered} unanswered` : '');
  return (
    <span className={classes.quality} data-level={level} title={title}>
      <VisuallyHidden>{title}</VisuallyHidden>
      <span aria-hidden>
        {score === null ? NONE : formatDecimal(score)}
        {unanswered > 0 && <sup>?</sup>}
      </span>
    </span>
  );
}

export function ReviewMark({ thumb }: { thumb: string | null }) {
  if (thumb === null) return null;
  const good = thumb === 'good';
  const Icon = good ? IconThumbUp : IconThumbDown;
  return (
    <span className={classes.review} data-thumb={thumb} title={`Reviewed: ${thumb}`}>
      <Icon size={15} stroke={2} aria-hidden />
      <VisuallyHidden>Reviewed: {thumb}</VisuallyHidden>
    </span>
  );
}
