import type { ReactNode } from 'react';
import { Logo } from '@/ui/logo';
import classes from './entrance.module.css';

type EntranceProps = { title: string; lead: ReactNode; aside?: ReactNode; children: ReactNode };

/** A page before the application: one thing to do, in the middle or, on wide screens, beside `aside`. */
export function Entrance({ title, lead, aside, children }: EntranceProps) {
  return (
    <div className={classes.page} data-beside={aside !== undefined || undefined}>
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
      {aside !== undefined && <aside className={classes.aside}>{aside}</aside>}
    </div>
  );
}
