import { NativeSelect, SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useContext, useMemo, useState } from 'react';
import { useAnnotations } from '@/data/annotations';
import { useConversationsOverTime } from '@/data/conversations-over-time';
import { useMetricOverTime } from '@/data/metric-over-time';
import type { Scope } from '@/data/scope';
import { type Bucket, defaultBucket } from '@/lib/dates';
import { METRICS, type Metric, metricOf } from '@/lib/metrics';
import { TILE_IDS } from '@/lib/tile-ids';
import { timezoneLabel } from '@/lib/timezone';
import { DaysArrive } from '@/ui/change-label';
import { BUCKET_OPTIONS, type ChartView, VIEW_OPTIONS } from '@/ui/chart-options';
import { ChartSkeleton } from '@/ui/chart-skeleton';
import { Definition } from '@/ui/definition';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { Annotations } from './annotations';
import { Beginning } from './beginning';
import { conversationPoints, metricPoints } from './over-time-points';

// The charts are most of the Dashboard's weight; the figures above need not wait for them.
const OverTimeChart = lazy(() =>
  import('./over-time-chart').then((module) => ({ default: module.OverTimeChart })),
);

const OverTimeTable = lazy(() =>
  import('./over-time-table').then((module) => ({ default: module.OverTimeTable })),
);

const CHOICES = METRICS.map(({ id, label }) => ({ value: id, label }));

const CHART_HEIGHT = 248;
const route = getRouteApi('/shell/dashboard');

/** Conversations are told apart by whether the visitor wrote; every other metric is one series. */
function usePoints(scope: Scope, metric: Metric, bucket: Bucket) {
  const split = metric.id === 'conversations';
  const conversations = useConversationsOverTime(scope, bucket, split);
  const other = useMetricOverTime(scope, metric.source, bucket, !split);
  const points = useMemo(() => {
    if (split) return conversations.data && conversationPoints(conversations.data, bucket);
    return other.data && metricPoints(other.data, bucket, metric.unit);
  }, [split, conversations.data, other.data, bucket, metric]);
  const { error, refetch } = split ? conversations : other;
  return { points, error, refetch };
}

type OverTimePanelProps = { scope: Scope };

export function OverTimePanel({ scope }: OverTimePanelProps) {
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const bucket = search.bucket ?? defaultBucket(scope);
  const metric = metricOf(search.metric ?? 'conversations');
  const [view, setView] = useState<ChartView>('chart');
  const { points, error, refetch } = usePoints(scope, metric, bucket);
  const annotations = useAnnotations(scope).data ?? [];
  // Days that have not arrived yet would look like days without anything.
  const compared = !useContext(DaysArrive);

  const actions = (
    <>
      <NativeSelect
        size="xs"
        aria-label="Metric"
        data={CHOICES}
        value={metric.id}
        onChange={(event) => {
          const chosen = TILE_IDS.find((id) => id === event.currentTarget.value);
          const next = chosen === 'conversations' ? undefined : chosen;
          void navigate({
            search: (current) => ({ ...current, metric: next }),
            replace: true,
            resetScroll: false,
          });
        }}
      />
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
  );

  const body = () => {
    if (error && !points) return <ErrorState error={error} onRetry={() => void refetch()} />;
    const skeleton = <ChartSkeleton height={CHART_HEIGHT} />;
    if (!points) return skeleton;
    return (
      <Suspense fallback={skeleton}>
        {view === 'table' ? (
          <OverTimeTable
            metric={metric}
            points={points}
            bucket={bucket}
            end={scope.to}
            compared={compared}
          />
        ) : (
          <OverTimeChart
            metric={metric}
            points={points}
            bucket={bucket}
            annotations={annotations}
            compared={compared}
            height={CHART_HEIGHT}
          />
        )}
        <Beginning scope={scope} metric={metric} />
        <Annotations scope={scope} annotations={annotations} />
      </Suspense>
    );
  };

  const timezone = timezoneLabel(scope.domain?.timezone ?? null);
  return (
    <Panel
      title={`${metric.label} over time`}
      note={<Definition of={metric.label} text={metric.definition} timezone={timezone} />}
      actions={actions}
    >
      {body()}
    </Panel>
  );
}
