import { getRouteApi } from '@tanstack/react-router';
import { type AccountActivity, useAccountTimeline } from '@/data/account-timeline';
import { ACCOUNT_KINDS, type AccountKind } from '@/lib/people-filters';
import { EmptyState } from '@/ui/empty-state';
import { Feed } from '@/ui/feed';
import { KindFilter } from '@/ui/kind-filter';
import classes from '@/ui/section.module.css';
import { Timeline } from '@/ui/timeline';
import { AccountDone, accountActivityIcon } from './account-activity';

const route = getRouteApi('/shell/accounts/$domain/$id');
const LABELS: Record<AccountKind, string> = {
  session: 'Visits',
  conversation: 'Conversations',
  conversion: 'Conversions',
  enrichment: 'Enrichment',
};
// Of several people: what one did in a visit would tear the visits of the others apart.
const withoutSession = (row: AccountActivity) => ({ ...row, session_id: null });

type AccountActivitySectionProps = { domain: string; id: string; timezone: string };

/** What everybody at a company did, in one timeline. */
export function AccountActivitySection({ domain, id, timezone }: AccountActivitySectionProps) {
  const { kinds } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useAccountTimeline(domain, id, kinds);
  return (
    <div className={classes.section}>
      <KindFilter
        kinds={ACCOUNT_KINDS}
        labels={LABELS}
        value={kinds}
        onChange={(chosen) =>
          void navigate({
            search: (current) => ({ ...current, kinds: chosen }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      <Feed
        list={list}
        loading="Loading the activity"
        empty={
          <EmptyState title={kinds ? 'Nothing of these kinds' : 'Nothing happened yet'}>
            {kinds ? 'Choose other kinds to see more.' : 'What people there do appears here.'}
          </EmptyState>
        }
      >
        {(rows) => (
          <Timeline
            items={rows.map(withoutSession)}
            timezone={timezone}
            keyOf={(row) => JSON.stringify(row.cursor)}
            icon={accountActivityIcon}
          >
            {(activity) => <AccountDone activity={activity} domain={domain} account={id} />}
          </Timeline>
        )}
      </Feed>
    </div>
  );
}
