import 'mantine-datatable/styles.layer.css';
import { DataTable, type DataTableSortStatus } from 'mantine-datatable';
import { useMemo, useState } from 'react';
import { formatMetric } from '@/lib/change';
import type { Bucket, Day } from '@/lib/dates';
import type { Metric } from '@/lib/metrics';
import type { Rows } from '@/lib/rows';
import { BUCKET_HEADINGS } from '@/ui/chart-options';
import { RowsLink } from '@/ui/rows-link';
import { bucketRange } from './bucket-range';
import type { Point } from './over-time-points';
import classes from './over-time-table.module.css';

const MOST_HEIGHT = 340;
const MESSAGED: Rows = { to: '/conversations', search: { messaged: true } };

type Column = 'bucket' | 'total' | 'messaged' | 'previous';
type OverTimeTableProps = {
  metric: Metric;
  points: Point[];
  bucket: Bucket;
  /** The last day of the range. */
  end: Day;
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

/** The rows a metric counts, where they are those of the same days whatever the days are. */
function rowsOf(metric: Metric): Rows | null {
  // What a conversion belongs to may have begun on an earlier day, or be no conversation.
  return metric.rows && 'conversions' in metric.rows.search ? null : metric.rows;
}

/** The chart's numbers, for reading and for screen readers. */
export function OverTimeTable({ metric, points, bucket, end, compared }: OverTimeTableProps) {
  const [sortStatus, setSortStatus] = useState<DataTableSortStatus<Point>>({
    columnAccessor: 'bucket',
    direction: 'asc',
  });
  const records = useMemo(() => sorted(points, sortStatus), [points, sortStatus]);
  const number = (
    accessor: Exclude<Column, 'bucket'>,
    title: string,
    rows: Rows | null = null,
  ) => ({
    accessor,
    title,
    sortable: true,
    textAlign: 'right' as const,
    render: (point: Point) => {
      const shown = formatMetric(point[accessor], metric.unit);
      if (!rows || !point[accessor]) return shown;
      const search = { ...rows.search, ...bucketRange(point.bucket, bucket, end) };
      return (
        <RowsLink rows={{ ...rows, search }} className={classes.link} title="See what is counted">
          {shown}
        </RowsLink>
      );
    },
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
        number('total', metric.label, rowsOf(metric)),
        ...(metric.id === 'conversations' ? [number('messaged', 'With messages', MESSAGED)] : []),
        ...(compared ? [number('previous', 'Previous period')] : []),
      ]}
    />
  );
}
