import { Skeleton } from '@mantine/core';
import classes from './chart-skeleton.module.css';

// Two weeks with their weekends, as the chart mostly looks.
const HEIGHTS = [70, 82, 78, 74, 60, 30, 26, 72, 86, 80, 76, 62, 32, 28];

type ChartSkeletonProps = { height: number };

export function ChartSkeleton({ height }: ChartSkeletonProps) {
  return (
    <div className={classes.bars} style={{ height }} role="status" aria-label="Loading the chart">
      {HEIGHTS.map((share) => (
        <Skeleton key={share} height={`${share}%`} />
      ))}
    </div>
  );
}
