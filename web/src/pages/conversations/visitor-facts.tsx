import { Link } from '@tanstack/react-router';
import type { Conversation } from '@/data/conversation';
import { visitorFacts, whyNotCounted } from './facts';
import classes from './visitor-facts.module.css';

type VisitorFactsProps = { conversation: Conversation; timezone: string };

/** Who wrote, from where and on which visit. */
export function VisitorFacts({ conversation, timezone }: VisitorFactsProps) {
  const notCounted = whyNotCounted(conversation);
  return (
    <section className={classes.facts} aria-label="Visitor and visit">
      {notCounted && <p className={classes.notice}>Not counted: {notCounted}.</p>}
      <dl className={classes.list}>
        {visitorFacts(conversation, timezone).map(({ name, value, href }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{href ? <Link to={href as '/dashboard'}>{value}</Link> : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
