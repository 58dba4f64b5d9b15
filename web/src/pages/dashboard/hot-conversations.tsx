import { Link } from '@tanstack/react-router';
import type { ListedConversation } from '@/data/conversation-list';
import { useDomains } from '@/data/domains';
import { useFirstConversations } from '@/data/first-conversations';
import type { Scope } from '@/data/scope';
import { CONVERSION_LABELS, CONVERSIONS } from '@/lib/filters';
import { formatShortDateTime } from '@/lib/format';
import { HOT_SCORES, signalLabel } from '@/lib/interest';
import { plainText } from '@/lib/plain-text';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { InterestScore } from '@/ui/interest-score';
import { RowsLink } from '@/ui/rows-link';
import classes from './highlights.module.css';
import { TopSkeleton } from './top-rows';

const MOST = 6;

/** Why the conversation is hot: what it led to, and what was said. */
function reasons(row: ListedConversation): string {
  const led = CONVERSIONS.filter((kind) => row[kind]).map((kind) => CONVERSION_LABELS[kind]);
  return [...led, ...(row.signals ?? []).map(signalLabel)].join(' · ');
}

function nameOf({ visitor_label, account_name }: ListedConversation): string {
  return plainText([visitor_label, account_name].filter(Boolean).join(', '));
}

export function HotConversations({ scope }: { scope: Scope }) {
  const { from, to } = scope;
  const filter = { from, to, scores: HOT_SCORES };
  const { data, error, refetch } = useFirstConversations(scope.siteDomains, filter, MOST);
  const timezones = new Map(useDomains().map((each) => [each.site_domain, each.timezone]));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TopSkeleton />;
  if (data.length === 0) {
    return (
      <EmptyState title="Nobody hot in this range">
        A conversation is hot once a call to action is clicked, a demo is booked or the visitor’s
        words show that they want to buy.
      </EmptyState>
    );
  }
  return (
    <>
      <ol className={classes.list}>
        {data.map((row) => (
          <li key={`${row.site_domain} ${row.id}`} className={classes.item}>
            <span className={classes.score}>
              <InterestScore score={row.interest_score} />
            </span>
            <Link
              to="/conversations/$domain/$id"
              params={{ domain: row.site_domain, id: row.id }}
              className={classes.name}
              title={nameOf(row)}
            >
              {nameOf(row)}
            </Link>
            <time className={classes.when} dateTime={row.started_at}>
              {formatShortDateTime(row.started_at, timezones.get(row.site_domain) ?? 'UTC')}
            </time>
            <span className={classes.why}>
              {reasons(row)}
              {scope.domain === null && ` · ${row.site_domain}`}
            </span>
          </li>
        ))}
      </ol>
      <RowsLink
        rows={{ to: '/conversations', search: { scores: HOT_SCORES } }}
        className={classes.all}
      >
        All hot conversations
      </RowsLink>
    </>
  );
}
