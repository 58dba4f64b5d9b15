import type { Scope } from '@/data/scope';
import { useTopAccounts } from '@/data/top-accounts';
import { formatCount, formatRange } from '@/lib/format';
import { HOT_SCORES } from '@/lib/interest';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { InterestScore } from '@/ui/interest-score';
import { RowsLink } from '@/ui/rows-link';
import classes from './highlights.module.css';
import { TopSkeleton } from './top-rows';

const MOST = 6;

function of(count: number, one: string) {
  return `${formatCount(count)} ${count === 1 ? one : `${one}s`}`;
}

export function HotAccounts({ scope }: { scope: Scope }) {
  const { data, error, refetch } = useTopAccounts(scope, {
    sort: 'recent',
    limit: MOST,
    scores: HOT_SCORES,
  });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TopSkeleton />;
  if (data.length === 0) {
    return (
      <EmptyState title="No hot company in this range">
        A company is as hot as the hottest conversation of its people.
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
            <RowsLink
              rows={{
                to: '/conversations',
                search: { account: row.id, domain: row.site_domain, scores: HOT_SCORES },
              }}
              className={classes.name}
              title={row.name}
            >
              {row.name}
            </RowsLink>
            <time className={classes.when} dateTime={row.last_day}>
              {formatRange({ from: row.last_day, to: row.last_day })}
            </time>
            <span className={classes.why}>
              <RowsLink
                rows={{ to: '/visitors', search: { account: row.id, domain: row.site_domain } }}
                className={classes.count}
                label={`${of(row.visitors, 'visitor')} of ${row.name}`}
              >
                {of(row.visitors, 'visitor')}
              </RowsLink>
              {` · ${of(row.sessions, 'session')} · `}
              <RowsLink
                rows={{
                  to: '/conversations',
                  search: { account: row.id, domain: row.site_domain },
                }}
                className={classes.count}
                label={`${of(row.conversations, 'conversation')} of ${row.name}`}
              >
                {of(row.conversations, 'conversation')}
              </RowsLink>
              {row.industry && ` · ${row.industry}`}
              {scope.domain === null && ` · ${row.site_domain}`}
            </span>
          </li>
        ))}
      </ol>
      <RowsLink rows={{ to: '/accounts', search: { score: HOT_SCORES } }} className={classes.all}>
        All hot accounts
      </RowsLink>
    </>
  );
}
