import type { ReactNode } from 'react';
import classes from './facts.module.css';

export type Fact = [name: string, value: ReactNode];

type FactsProps = { label: string; facts: Fact[]; notice?: string | null };

/** What is known of something; what is not known is left out. */
export function Facts({ label, facts, notice }: FactsProps) {
  return (
    <section className={classes.facts} aria-label={label}>
      {notice && <p className={classes.notice}>{notice}</p>}
      <dl className={classes.list}>
        {facts.flatMap(([name, value]) =>
          value
            ? [
                <div key={name}>
                  <dt>{name}</dt>
                  <dd title={typeof value === 'string' ? value : undefined}>{value}</dd>
                </div>,
              ]
            : [],
        )}
      </dl>
    </section>
  );
}
