import type { ReactNode } from 'react';
import { Logo } from '@/ui/logo';
import classes from './entrance.module.css';

type EntranceProps = { title: string; lead: ReactNode; children: ReactNode };

/** A page before the application: one thing to do, in the middle. */
export function Entrance({ title, lead, children }: EntranceProps) {
  return (
    <div className={classes.page}>
      <title>{`${title} · Client Backoffice`}</title>
      <main className={classes.form}>
        <div className={classes.brand}>
          <Logo size={32} />
          Client Backoffice
        </div>
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.lead}>{lead}</p>
        {children}
      </main>
    </div>
  );
}
