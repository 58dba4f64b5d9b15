import type { Scope } from '@/data/scope';
import { useTopAccounts } from '@/data/top-accounts';
import { formatCount } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { InterestScore } from '@/ui/interest-score';
import { TopRows, TopSkeleton } from './top-rows';
import classes from './top-table.module.css';

/** The companies whose people talked most. */
export function TopAccounts({ scope }: { scope: Scope }) {
  const { data, error, refetch } = useTopAccounts(scope, { sort: 'conversations', limit: 10 });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TopSkeleton />;
  if (data.length === 0) {
    return (
      <EmptyState title="No companies in this range">
        A visitor’s company is found by e-mail address, address hash or an enrichment service.
      </EmptyState>
    );
  }

  return (
    <TopRows
      heading="Account"
      first={{ short: 'Sessions', metric: 'sessions' }}
      last={{ short: 'Interest', metric: 'interest_score' }}
      rows={data.map((row) => ({
        key: `${row.site_domain} ${row.id}`,
        label: scope.domain === null ? `${row.name} · ${row.site_domain}` : row.name,
        known: true,
        first: formatCount(row.sessions),
        conversations: row.conversations,
        previous: null,
        last: (
          <span className={classes.interest}>
            <InterestScore score={row.interest_score} />
          </span>
        ),
        rows: {
          to: '/conversations',
          search: { account: row.id, domain: row.site_domain },
        },
      }))}
    />
  );
}
