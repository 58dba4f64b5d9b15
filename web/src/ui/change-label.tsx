import { VisuallyHidden } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from '@tabler/icons-react';
import { createContext, useContext } from 'react';
import { type Change, INCOMPLETE } from '@/lib/change';
import classes from './change-label.module.css';

const ICONS = {
  up: IconArrowUpRight,
  down: IconArrowDownRight,
  same: IconEqual,
  unknown: null,
} as const;

/** Whether days are still arriving: against those before, anything would have grown. */
export const DaysArrive = createContext(false);

type ChangeLabelProps = { change: Change };

/** A change against the previous period: arrow, number and, for a screen reader, the whole sentence. */
export function ChangeLabel(props: ChangeLabelProps) {
  const change = useContext(DaysArrive) ? INCOMPLETE : props.change;
  const Icon = ICONS[change.direction];
  return (
    <span className={classes.change} data-direction={change.direction} title={change.spoken}>
      {Icon && <Icon size={14} stroke={2.2} aria-hidden />}
      <span aria-hidden>{change.text}</span>
      <VisuallyHidden>{change.spoken}</VisuallyHidden>
    </span>
  );
}
