import { type ReactNode, useEffect, useRef } from 'react';
import { Logo } from '@/ui/logo';
import classes from './entrance.module.css';

type EntranceProps = { title: string; lead: ReactNode; aside?: ReactNode; children: ReactNode };

/** A page before the application: one thing to do, in the middle or, on wide screens, beside `aside`. */
export function Entrance({ title, lead, aside, children }: EntranceProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(title);
  useEffect(() => {
    // The next step took the place of the form that had the focus: it is where one goes on.
    const hasNext = heading.current?.parentElement?.querySelector('[autofocus],[data-autofocus]');
    if (shown.current !== title && !hasNext) heading.current?.focus();
    shown.current = title;
  }, [title]);

  return (
    <div className={classes.page} data-beside={aside !== undefined || undefined}>
      <title>{`${title} · Client Backoffice`}</title>
      <main className={classes.form}>
        <div className={classes.brand}>
          <Logo size={32} />
          Client Backoffice
        </div>
        <h1 ref={heading} tabIndex={-1} className={classes.title}>
          {title}
        </h1>
        <p className={classes.lead}>{lead}</p>
        {children}
      </main>
      {aside !== undefined && <aside className={classes.aside}>{aside}</aside>}
    </div>
  );
}
