import type { Json } from '@/lib/database.types';
import { formatCount, NONE } from '@/lib/format';
import { intentCounts } from '@/lib/intents';
import classes from './intent-list.module.css';

type IntentListProps = { intents: Json };

/** What conversations were about, most frequent first. */
export function IntentList({ intents }: IntentListProps) {
  const counts = intentCounts(intents);
  if (counts.length === 0) return NONE;
  return (
    <span className={classes.list}>
      {counts.map(({ intent, label, count, definition }) => (
        <span key={intent} className={classes.intent} title={definition}>
          {label} {count > 1 && <span className={classes.count}>{formatCount(count)}</span>}
        </span>
      ))}
    </span>
  );
}
