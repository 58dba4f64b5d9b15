import { SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useConversationsOverTime } from '@/data/conversations-over-time';
import type { Scope } from '@/data/scope';
import { type Bucket, defaultBucket } from '@/lib/dates';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { ChartSkeleton } from './chart-skeleton';

// The charts are most of the Dashboard's weight; the figures above need not wait for them.
const OverTimeChart = lazy(() =>
  import('./over-time-chart').then((module) => ({ default: module.OverTimeChart })),
);

const OverTimeTable = lazy(() =>
  import('./over-time-table').then((module) => ({ default: module.OverTimeTable })),
);

const BUCKETS: { value: Bucket; label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
];

type View = 'chart' | 'table';
const VIEWS: { value: View; label: string }[] = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
];

const CHART_HEIGHT = 248;
const route = getRouteApi('/shell/dashboard');

type OverTimePanelProps = { scope: Scope };

export function OverTimePanel({ scope }: OverTimePanelProps) {
  const navigate = route.useNavigate();
  const bucket = route.useSearch({ select: (search) => search.bucket }) ?? defaultBucket(scope);
  const [view, setView] = useState<View>('chart');
  const { data, error, refetch } = useConversationsOverTime(scope, bucket);

  const actions = (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Show as"
        data={VIEWS}
        value={view}
        onChange={setView}
      />
      <SegmentedControl
        size="xs"
        aria-label="Group by"
        data={BUCKETS}
        value={bucket}
        onChange={(next) =>
          void navigate({ search: (current) => ({ ...current, bucket: next }), replace: true })
        }
      />
    </>
  );

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    const skeleton = <ChartSkeleton height={CHART_HEIGHT} />;
    if (!data) return skeleton;
    return (
      <Suspense fallback={skeleton}>
        {view === 'table' ? (
          <OverTimeTable rows={data} bucket={bucket} />
        ) : (
          <OverTimeChart rows={data} bucket={bucket} height={CHART_HEIGHT} />
        )}
      </Suspense>
    );
  };

  return (
    <Panel title="Conversations over time" actions={actions}>
      {body()}
    </Panel>
  );
}
