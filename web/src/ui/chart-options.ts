import type { Bucket } from '@/lib/dates';

export const BUCKET_OPTIONS: { value: Bucket; label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
];

export const BUCKET_HEADINGS: Record<Bucket, string> = {
  day: 'Day',
  week: 'Week from',
  month: 'Month',
};

export type ChartView = 'chart' | 'table';

export const VIEW_OPTIONS: { value: ChartView; label: string }[] = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
];
