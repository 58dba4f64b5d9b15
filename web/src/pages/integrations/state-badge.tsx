import classes from './integrations.module.css';

const GOOD = new Set(['connected', 'done', 'running']);
const BAD = new Set(['revoked', 'failed']);

type StateBadgeProps = { state: string; children: string };

/** How something is, in a word. */
export function StateBadge({ state, children }: StateBadgeProps) {
  const tone = GOOD.has(state) ? 'good' : BAD.has(state) ? 'bad' : undefined;
  return (
    <span className={classes.state} data-tone={tone}>
      {children}
    </span>
  );
}
