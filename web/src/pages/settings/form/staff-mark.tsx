import { Tooltip } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import classes from './form.module.css';

type StaffMarkProps = {
  /** Inside a link or a button, which takes the focus itself. */
  still?: boolean;
};

/** What clients neither see nor change. */
export function StaffMark({ still = false }: StaffMarkProps) {
  const mark = (
    <span className={classes.staff} tabIndex={still ? undefined : 0}>
      <IconLock size={12} stroke={2} aria-hidden />
      Staff
    </span>
  );
  return still ? mark : <Tooltip label="Only Rose staff see and change this.">{mark}</Tooltip>;
}
