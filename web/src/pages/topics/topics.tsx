import { Skeleton } from '@mantine/core';
import type { Scope } from '@/data/scope';
import { useTopicStats } from '@/data/topic-stats';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { NoTopics } from './no-topics';
import { TopicTablePanel } from './topic-table-panel';
import { TopicsOverTime } from './topics-over-time';
import classes from './topics-page.module.css';

type TopicsProps = { scope: Scope };

export function Topics({ scope }: TopicsProps) {
  const { data, error, refetch, isPlaceholderData } = useTopicStats(scope);
  if (error && !data) {
    return (
      <Panel title="Topics">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Panel>
    );
  }
  if (!data) {
    return (
      <div className={classes.stack} role="status" aria-label="Loading the topics">
        <Skeleton height={320} radius="lg" />
        <Skeleton height={420} radius="lg" />
      </div>
    );
  }
  if (!data.some((row) => row.topic_id !== null)) return <NoTopics scope={scope} rows={data} />;
  return (
    <div className={classes.stack}>
      <TopicsOverTime scope={scope} />
      <TopicTablePanel scope={scope} rows={data} stale={isPlaceholderData} />
    </div>
  );
}
