import { Text } from '@mantine/core';
import { useContext } from 'react';
import { useAnnotations } from '@/data/annotations';
import { useMetricBeginning } from '@/data/metric-beginning';
import type { Scope } from '@/data/scope';
import { formatMetric } from '@/lib/change';
import { addDays, type Day } from '@/lib/dates';
import { formatBucket, formatDecimal } from '@/lib/format';
import { definitionOf, labelOf, type Metric } from '@/lib/metrics';
import { DaysArrive } from '@/ui/change-label';
import { Definition } from '@/ui/definition';

// What changed some days before may take that long to show.
const DAYS_AROUND = 3;
const CHANGES = 3;

const MEANING = <Definition of={labelOf('beginning')} text={definitionOf('beginning')} />;

type BeginningProps = { scope: Scope; metric: Metric };

/** Since when the metric has been better or worse than before, and what changed around then. */
export function Beginning({ scope, metric }: BeginningProps) {
  const { data } = useMetricBeginning(scope, metric);
  // Days that have not arrived yet would count as days without anything.
  const loading = useContext(DaysArrive);
  if (loading || data === undefined) return null;
  if (data === null) {
    return (
      <Text size="xs" c="dimmed" mt={8}>
        No clear beginning: by day it moves much as it did before, or there are too few days.
        {MEANING}
      </Text>
    );
  }
  const mean = (value: number) =>
    metric.unit === 'count' ? `${formatDecimal(value, 1)} a day` : formatMetric(value, metric.unit);
  const day = data.begins_on as Day;
  return (
    <Text size="xs" mt={8}>
      {data.mean_after > data.mean_before ? 'Higher' : 'Lower'} than before since{' '}
      <time dateTime={day}>{formatBucket(day, 'day')}</time>: {mean(data.mean_after)}, against{' '}
      {mean(data.mean_before)} in the {data.days_before} days before.{' '}
      <Around scope={scope} day={day} />
      {MEANING}
    </Text>
  );
}

function Around({ scope, day }: { scope: Scope; day: Day }) {
  const around = { ...scope, from: addDays(day, -DAYS_AROUND), to: addDays(day, DAYS_AROUND) };
  const { data } = useAnnotations(around);
  if (data === undefined) return null;
  if (data.length === 0) return <>Nothing that is kept here was changed around then.</>;
  const gap = (change: { day: string }) => Math.abs(Date.parse(change.day) - Date.parse(day));
  const nearest = data.toSorted((a, b) => gap(a) - gap(b)).slice(0, CHANGES);
  const told = nearest.map((each) => `${each.label} (${formatBucket(each.day, 'day')})`);
  return <>Around then: {told.join('; ')}.</>;
}
