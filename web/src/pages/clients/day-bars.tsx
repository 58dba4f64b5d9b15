import type { ClientDomain } from '@/data/clients';
import { formatCount } from '@/lib/format';
import classes from './clients.module.css';

/** Conversations of each of the last 30 days, as heights. */
export function DayBars({ domain }: { domain: ClientDomain }) {
  const most = Math.max(...domain.days, 1);
  const label = `Conversations on each of the last 30 days, at most ${formatCount(
    Math.max(...domain.days, 0),
  )} on one`;
  return (
    <span className={classes.days} role="img" aria-label={label} title={label}>
      {domain.days.map((count, day) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: days have no other identity
          key={day}
          data-some={count > 0 || undefined}
          style={{ height: `${(count / most) * 100}%` }}
        />
      ))}
    </span>
  );
}
