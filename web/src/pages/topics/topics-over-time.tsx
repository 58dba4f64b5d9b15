import { SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { Scope } from '@/data/scope';
import { useTopicsOverTime } from '@/data/topics-over-time';
import { defaultBucket } from '@/lib/dates';
import { definitionOf, labelOf } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { BUCKET_OPTIONS, type ChartView, VIEW_OPTIONS } from '@/ui/chart-options';
import { ChartSkeleton } from '@/ui/chart-skeleton';
import { Definition } from '@/ui/definition';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { seriesOf } from './topic-series';
import { TopicSeriesTable } from './topic-series-table';

const TopicChart = lazy(() =>
  import('./topic-chart').then((module) => ({ default: module.TopicChart })),
);

const HEIGHT = 260;
const route = getRouteApi('/shell/topics');

type TopicsOverTimeProps = { scope: Scope };

/** How often the most asked topics came up. */
export function TopicsOverTime({ scope }: TopicsOverTimeProps) {
  const navigate = route.useNavigate();
  const bucket = route.useSearch({ select: (search) => search.bucket }) ?? defaultBucket(scope);
  const [view, setView] = useState<ChartView>('chart');
  const { data, error, refetch } = useTopicsOverTime(scope, bucket);
  const everywhere = scope.domain === null;
  const found = useMemo(
    () => data && seriesOf(data, bucket, everywhere),
    [data, bucket, everywhere],
  );

  const body = () => {
    if (error && !found) return <ErrorState error={error} onRetry={() => void refetch()} />;
    const skeleton = <ChartSkeleton height={HEIGHT} />;
    if (!found) return skeleton;
    if (found.series.length === 0) return <EmptyState title="No topic came up in this range" />;
    if (view === 'table') return <TopicSeriesTable {...found} bucket={bucket} height={HEIGHT} />;
    return (
      <Suspense fallback={skeleton}>
        <TopicChart {...found} bucket={bucket} height={HEIGHT} />
      </Suspense>
    );
  };

  return (
    <Panel
      title="Most asked topics over time"
      note={
        <Definition
          of={labelOf('topic_conversations')}
          text={definitionOf('topic_conversations')}
          timezone={timezoneLabel(scope.domain?.timezone ?? null)}
        />
      }
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Show as"
            data={VIEW_OPTIONS}
            value={view}
            onChange={setView}
          />
          <SegmentedControl
            size="xs"
            aria-label="Group by"
            data={BUCKET_OPTIONS}
            value={bucket}
            onChange={(next) =>
              void navigate({
                search: (current) => ({ ...current, bucket: next }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        </>
      }
    >
      {body()}
    </Panel>
  );
}
