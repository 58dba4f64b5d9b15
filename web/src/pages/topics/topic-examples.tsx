import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useFirstConversations } from '@/data/first-conversations';
import type { Scope } from '@/data/scope';
import type { Topic } from '@/data/topic';
import { formatShortDateTime } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import classes from './topic-panel.module.css';

const MOST = 5;

type TopicExamplesProps = { topic: Topic; scope: Scope; timezone: string };

export function TopicExamples({ topic, scope, timezone }: TopicExamplesProps) {
  const { from, to } = scope;
  const filter = { from, to, topics: [topic.id], messaged: true };
  const { data, error, refetch } = useFirstConversations([topic.site_domain], filter, MOST);

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <Skeleton height={160} aria-hidden />;
    if (data.length === 0) {
      return <p className={classes.soft}>Nobody asked about it in this range.</p>;
    }
    return (
      <ol className={classes.examples}>
        {data.map((row) => (
          <li key={row.id}>
            <Link
              to="/conversations/$domain/$id"
              params={{ domain: row.site_domain, id: row.id }}
              className={classes.example}
            >
              <span>{row.preview ?? 'No text'}</span>
              <small>
                {row.visitor_label} · {formatShortDateTime(row.started_at, timezone)}
              </small>
            </Link>
          </li>
        ))}
      </ol>
    );
  };

  return (
    <section className={classes.part}>
      <h3>Newest conversations</h3>
      {body()}
    </section>
  );
}
