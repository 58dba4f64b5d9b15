import classes from './section-state.module.css';
import { stateOf } from './state-of';

type SectionStateProps = { section: Parameters<typeof stateOf>[0] };

/** What visitors get of a section, in a word or two. */
export function SectionState({ section }: SectionStateProps) {
  const { label, tone, hint } = stateOf(section);
  return (
    <span className={classes.badge} data-tone={tone} title={hint}>
      {label}
    </span>
  );
}
