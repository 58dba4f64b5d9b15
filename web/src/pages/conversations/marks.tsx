import { VisuallyHidden } from '@mantine/core';
import { IconThumbDown, IconThumbUp } from '@tabler/icons-react';
import { formatDecimal, NONE } from '@/lib/format';
import classes from './marks.module.css';

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
