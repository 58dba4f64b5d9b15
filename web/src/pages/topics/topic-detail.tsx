import { Badge } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useContext } from 'react';
import { useDomains } from '@/data/domains';
import type { Topic } from '@/data/topic';
import { useTopicOverTime } from '@/data/topic-over-time';
import { useTopicStats } from '@/data/topic-stats';
import { useScope } from '@/data/use-scope';
import { defaultBucket } from '@/lib/dates';
import { DaysArrive } from '@/ui/change-label';
import { ChartSkeleton } from '@/ui/chart-skeleton';
import { ErrorState } from '@/ui/error-state';
import { TopicActions } from './topic-actions';
import { TopicExamples } from './topic-examples';
import { TopicFigures } from './topic-figures';
import classes from './topic-panel.module.css';

const TopicTrend = lazy(() =>
  import('./topic-trend').then((module) => ({ default: module.TopicTrend })),
);

const HEIGHT = 150;
const route = getRouteApi('/shell/topics');

export function TopicDetail({ topic }: { topic: Topic }) {
  const search = route.useSearch();
  const scope = useScope(search);
  const timezone = useDomains().find((each) => each.site_domain === topic.site_domain)?.timezone;
  const stats = useTopicStats(scope);
  const row = stats.data?.find(
    (each) => each.site_domain === topic.site_domain && each.topic_id === topic.id,
  );
  const bucket = search.bucket ?? defaultBucket(scope);
  // Days that have not arrived yet would look like days without anything.
  const compared = !useContext(DaysArrive);
  const trend = useTopicOverTime({
    siteDomain: topic.site_domain,
    id: topic.id,
    range: scope,
    bucket,
  });

  const overTime = () => {
    if (trend.error && !trend.data) {
      return <ErrorState error={trend.error} onRetry={() => void trend.refetch()} />;
    }
    const skeleton = <ChartSkeleton height={HEIGHT} />;
    if (!trend.data) return skeleton;
    return (
      <Suspense fallback={skeleton}>
        <TopicTrend rows={trend.data} bucket={bucket} compared={compared} height={HEIGHT} />
      </Suspense>
    );
  };

  return (
    <div className={classes.detail}>
      {scope.domain === null && <p className={classes.soft}>{topic.site_domain}</p>}
      {topic.status === 'merged' && (
        <p className={classes.soft}>This topic was merged into another.</p>
      )}
      <TopicFigures topic={topic} row={row} timezone={timezone ?? null} />
      <section className={classes.part}>
        <h3>Over time</h3>
        {overTime()}
      </section>
      {topic.keywords.length > 0 && (
        <section className={classes.part}>
          <h3>Keywords</h3>
          <ul className={classes.keywords}>
            {topic.keywords.map((word) => (
              <li key={word}>
                <Badge color="gray" tt="none" fw={500}>
                  {word}
                </Badge>
              </li>
            ))}
          </ul>
        </section>
      )}
      <TopicExamples topic={topic} scope={scope} timezone={timezone ?? 'UTC'} />
      {topic.status !== 'merged' && <TopicActions topic={topic} />}
    </div>
  );
}
