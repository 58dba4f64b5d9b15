import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './filter-bar.module.css';

type FilterBarProps = {
  search: ReactNode;
  /** How many rows the filters find, in words. */
  found: string;
  /** How many filters are set. */
  set: number;
  onClear: () => void;
  /** Beside the count: chips, checkboxes, buttons. */
  beside?: ReactNode;
  /** At the end of the line: what can be done with what is found. */
  tools?: ReactNode;
  children: ReactNode;
};

/** Search and filters over a list with the exact count; on a phone the filters fold away. */
export function FilterBar({
  search,
  found,
  set,
  onClear,
  beside,
  tools,
  children,
}: FilterBarProps) {
  const [open, { toggle }] = useDisclosure(false);
  return (
    <search className={classes.bar}>
      <div className={classes.first}>
        <div className={classes.search}>{search}</div>
        <Button
          className={classes.toggle}
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
          aria-expanded={open}
          onClick={toggle}
        >
          Filters {set > 0 && `(${set})`}
        </Button>
      </div>
      <div className={classes.more} data-open={open || undefined}>
        {children}
      </div>
      <div className={classes.result}>
        <span className={classes.found} aria-live="polite">
          {found}
        </span>
        {beside}
        {set > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={onClear}>
            Clear the filters
          </Button>
        )}
        {tools && <div className={classes.tools}>{tools}</div>}
      </div>
    </search>
  );
}
