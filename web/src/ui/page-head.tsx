import type { ReactNode } from 'react';
import classes from './page-head.module.css';

type PageHeadProps = { title: string; note?: ReactNode };

export function PageHead({ title, note }: PageHeadProps) {
  return (
    <header className={classes.head}>
      <title>{`${title} · Client Backoffice`}</title>
      <h1 className={classes.title}>{title}</h1>
      {note && <p className={classes.note}>{note}</p>}
    </header>
  );
}
