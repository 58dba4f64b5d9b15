import { SCORE_LABELS, SCORES, scoreOf } from '@/lib/interest';
import classes from './interest-score.module.css';

type InterestScoreProps = { score: number };

/** The interest score in a number, a word and filled bars: never told by colour alone. */
export function InterestScore({ score }: InterestScoreProps) {
  const given = scoreOf(score);
  return (
    <span className={classes.score} data-score={given}>
      <span className={classes.bars} aria-hidden>
        {SCORES.map((step) => (
          <i key={step} data-filled={step <= given || undefined} />
        ))}
      </span>
      <b className={classes.number}>{given}</b> {SCORE_LABELS[given]}
    </span>
  );
}
