import { getRouteApi } from '@tanstack/react-router';
import { useVisitorTimeline, type VisitorActivity } from '@/data/visitor-timeline';
import { formatTime } from '@/lib/format';
import { VISITOR_KINDS, type VisitorKind } from '@/lib/people-filters';
import type { SessionGroup } from '@/lib/timeline';
import { EmptyState } from '@/ui/empty-state';
import { Feed } from '@/ui/feed';
import { KindFilter } from '@/ui/kind-filter';
import classes from '@/ui/section.module.css';
import { Timeline } from '@/ui/timeline';
import { Activity, activityIcon } from './activity';

const route = getRouteApi('/shell/visitors/$domain/$id');
const LABELS: Record<VisitorKind, string> = {
  page: 'Page views',
  widget: 'Widget',
  message: 'Messages',
  conversion: 'Conversions',
  enrichment: 'Enrichment',
};

type ActivitySectionProps = { domain: string; id: string; timezone: string };

/** Everything a visitor did, in one timeline. */
export function ActivitySection({ domain, id, timezone }: ActivitySectionProps) {
  const { kinds } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useVisitorTimeline(domain, id, kinds);

  const heading = ({ session, items }: SessionGroup<VisitorActivity>) => {
    if (session === null) return 'Outside a session';
    const from = formatTime(items.at(-1)?.at ?? '', timezone);
    const to = formatTime(items[0]?.at ?? '', timezone);
    return from === to ? `Session at ${from}` : `Session, ${from} – ${to}`;
  };

  return (
    <div className={classes.section}>
      <KindFilter
        kinds={VISITOR_KINDS}
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
            {kinds ? 'Choose other kinds to see more.' : 'What the visitor does appears here.'}
          </EmptyState>
        }
      >
        {(rows) => (
          <Timeline
            items={rows}
            timezone={timezone}
            keyOf={(row) => JSON.stringify(row.cursor)}
            icon={activityIcon}
            heading={heading}
          >
            {(activity) => <Activity activity={activity} domain={domain} />}
          </Timeline>
        )}
      </Feed>
    </div>
  );
}
