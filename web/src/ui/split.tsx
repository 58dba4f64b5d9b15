import type { ReactNode } from 'react';
import classes from './split.module.css';

type SplitProps = { children: ReactNode; panel: ReactNode };

/** A list and, when one of its rows is open, the panel beside it. */
export function Split({ children, panel }: SplitProps) {
  return (
    <div className={classes.split}>
      <div className={classes.main}>{children}</div>
      {panel}
    </div>
  );
}
