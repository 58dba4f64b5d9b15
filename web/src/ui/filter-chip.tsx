import { CloseButton } from '@mantine/core';
import classes from './filter-chip.module.css';

type FilterChipProps = { children: string; onRemove: () => void };

/** A filter that came with a link and has no control of its own: shown, and removable. */
export function FilterChip({ children, onRemove }: FilterChipProps) {
  return (
    <span className={classes.chip}>
      <span className={classes.text} title={children}>
        {children}
      </span>
      <CloseButton size="xs" aria-label={`Remove the filter “${children}”`} onClick={onRemove} />
    </span>
  );
}
