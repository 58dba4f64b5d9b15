import { Link } from '@tanstack/react-router';
import { useVisitorSessions, type VisitorSession } from '@/data/visitor-sessions';
import { deviceLabel } from '@/lib/device';
import { formatCount, formatCountry, formatDateTime, formatTime } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { type Fact, Facts } from '@/ui/facts';
import { Feed } from '@/ui/feed';
import classes from './sessions-section.module.css';

type SessionsSectionProps = { domain: string; id: string; timezone: string };

/** The visits of a visitor, the newest first. */
export function SessionsSection({ domain, id, timezone }: SessionsSectionProps) {
  const list = useVisitorSessions(domain, id);
  return (
    <Feed
      list={list}
      loading="Loading the sessions"
      empty={<EmptyState title="No session that counts">Visits appear here.</EmptyState>}
    >
      {(sessions) => (
        <ol className={classes.sessions} aria-label="Sessions">
          {sessions.map((session) => (
            <li key={session.id}>
              <h3 className={classes.title}>
                {formatDateTime(session.first_event_at, timezone)} –{' '}
                {formatTime(session.last_activity_at, timezone)}
                {session.conversation_id && (
                  <Link
                    to="/conversations/$domain/$id"
                    params={{ domain, id: session.conversation_id }}
                    className={classes.link}
                    preload={false}
                  >
                    Latest conversation
                  </Link>
                )}
              </h3>
              <Facts label="Session" facts={factsOf(session)} />
            </li>
          ))}
        </ol>
      )}
    </Feed>
  );
}

function factsOf(session: VisitorSession): Fact[] {
  const campaign = [session.utm_source, session.utm_campaign].filter(Boolean).join(' / ');
  return [
    ['Page views', formatCount(session.page_view_count)],
    ['Events', formatCount(session.event_count)],
    ['Began on', session.entry_page],
    ['Came from', session.referrer_host],
    ['Campaign', campaign],
    ['Country', session.country && formatCountry(session.country)],
    ['Device', deviceLabel(session)],
  ];
}
