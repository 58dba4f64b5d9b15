import 'mantine-datatable/styles.layer.css';
import { DataTable, type DataTableSortStatus } from 'mantine-datatable';
import { useMemo, useState } from 'react';
import { formatMetric } from '@/lib/change';
import type { Bucket } from '@/lib/dates';
import type { Metric } from '@/lib/metrics';
import { BUCKET_HEADINGS } from '@/ui/chart-options';
import type { Point } from './over-time-points';
import classes from './over-time-table.module.css';

const MOST_HEIGHT = 340;

type Column = 'bucket' | 'total' | 'messaged' | 'previous';
type OverTimeTableProps = {
  metric: Metric;
  points: Point[];
  bucket: Bucket;
  /** Whether the previous period is shown too. */
  compared: boolean;
};

function sorted(points: Point[], { columnAccessor, direction }: DataTableSortStatus<Point>) {
  const key = columnAccessor as Column;
  const sign = direction === 'asc' ? 1 : -1;
  const compare = (a: Point, b: Point) => {
    const [left, right] = [a[key] ?? -1, b[key] ?? -1];
    return left < right ? -sign : left > right ? sign : 0;
  };
  return points.toSorted(compare);
}

/** The chart's numbers, for reading and for screen readers. */
export function OverTimeTable({ metric, points, bucket, compared }: OverTimeTableProps) {
  const [sortStatus, setSortStatus] = useState<DataTableSortStatus<Point>>({
    columnAccessor: 'bucket',
    direction: 'asc',
  });
  const records = useMemo(() => sorted(points, sortStatus), [points, sortStatus]);
  const number = (accessor: Exclude<Column, 'bucket'>, title: string) => ({
    accessor,
    title,
    sortable: true,
    textAlign: 'right' as const,
    render: (point: Point) => formatMetric(point[accessor], metric.unit),
  });

  return (
    <DataTable
      className={classes.table}
      maxHeight={MOST_HEIGHT}
      idAccessor="bucket"
      records={records}
      verticalSpacing={5}
      sortStatus={sortStatus}
      onSortStatusChange={setSortStatus}
      columns={[
        {
          accessor: 'bucket',
          title: BUCKET_HEADINGS[bucket],
          sortable: true,
          render: (point) => point.label,
        },
        number('total', metric.label),
        ...(metric.id === 'conversations' ? [number('messaged', 'With messages')] : []),
        ...(compared ? [number('previous', 'Previous period')] : []),
      ]}
    />
  );
}
