import 'mantine-datatable/styles.layer.css';
import { DataTable, type DataTableSortStatus } from 'mantine-datatable';
import { useMemo, useState } from 'react';
import type { OverTimeRow } from '@/data/conversations-over-time';
import type { Bucket } from '@/lib/dates';
import { formatCount } from '@/lib/format';
import { type Point, pointsOf } from './over-time-points';
import classes from './over-time-table.module.css';

const HEADINGS: Record<Bucket, string> = { day: 'Day', week: 'Week from', month: 'Month' };
const HEIGHT = 340;

type Column = 'bucket' | 'total' | 'messaged' | 'previous';
type OverTimeTableProps = { rows: OverTimeRow[]; bucket: Bucket };

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
export function OverTimeTable({ rows, bucket }: OverTimeTableProps) {
  const [sortStatus, setSortStatus] = useState<DataTableSortStatus<Point>>({
    columnAccessor: 'bucket',
    direction: 'asc',
  });
  const records = useMemo(
    () => sorted(pointsOf(rows, bucket), sortStatus),
    [rows, bucket, sortStatus],
  );
  const number = (accessor: Exclude<Column, 'bucket'>, title: string) => ({
    accessor,
    title,
    sortable: true,
    textAlign: 'right' as const,
    render: (point: Point) => formatCount(point[accessor]),
  });

  return (
    <DataTable
      className={classes.table}
      height={HEIGHT}
      idAccessor="bucket"
      records={records}
      verticalSpacing={5}
      sortStatus={sortStatus}
      onSortStatusChange={setSortStatus}
      columns={[
        {
          accessor: 'bucket',
          title: HEADINGS[bucket],
          sortable: true,
          render: (point) => point.label,
        },
        number('total', 'Conversations'),
        number('messaged', 'With messages'),
        number('previous', 'Previous period'),
      ]}
    />
  );
}
