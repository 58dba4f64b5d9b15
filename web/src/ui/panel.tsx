import { type ReactNode, useId } from 'react';
import classes from './panel.module.css';

type PanelProps = { title: string; note?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A titled part of a page. */
export function Panel({ title, note, actions, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <header className={classes.head}>
        <h2 id={id} className={classes.title}>
          {title}
        </h2>
        {note && <span className={classes.note}>{note}</span>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      <div className={classes.body}>{children}</div>
    </section>
  );
}
