import { VisuallyHidden } from '@mantine/core';
import { labelOf, SIGNAL_LABELS } from '@/lib/insight-labels';
import { SCORE_LABELS, SCORES, scoreOf } from '@/lib/interest';
import classes from './interest-score.module.css';

type InterestScoreProps = {
  score: number;
  /** The buying signals that raised it. */
  signals?: string[];
};

/** The interest score as a word beside filled bars, never told by colour alone; the number is read out and in the title. */
export function InterestScore({ score, signals = [] }: InterestScoreProps) {
  const given = scoreOf(score);
  const ofFive = `Interest ${given} of 5`;
  const because = signals.map((kind) => labelOf(SIGNAL_LABELS, kind)).join(', ');
  return (
    <span
      className={classes.score}
      title={`${ofFive}: ${SCORE_LABELS[given]}${because && `. Buying signals: ${because}`}`}
    >
      <span className={classes.bars} aria-hidden>
        {SCORES.map((step) => (
          <i key={step} data-filled={step <= given || undefined} />
        ))}
      </span>
      <VisuallyHidden>{ofFive}: </VisuallyHidden>
      <span data-word>{SCORE_LABELS[given]}</span>
    </span>
  );
}
