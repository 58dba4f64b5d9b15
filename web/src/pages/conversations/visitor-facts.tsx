import { Link } from '@tanstack/react-router';
import type { Conversation } from '@/data/conversation';
import { Facts } from '@/ui/facts';
import { visitorFacts, whyNotCounted } from './facts';

type VisitorFactsProps = { conversation: Conversation; timezone: string };

/** Who wrote, from where and on which visit. */
export function VisitorFacts({ conversation, timezone }: VisitorFactsProps) {
  const notCounted = whyNotCounted(conversation);
  return (
    <Facts
      label="Visitor and visit"
      notice={notCounted && `Not counted: ${notCounted}.`}
      facts={visitorFacts(conversation, timezone).map(({ name, value, href }) => [
        name,
        href ? (
          <Link key={name} to={href as '/dashboard'}>
            {value}
          </Link>
        ) : (
          value
        ),
      ])}
    />
  );
}
