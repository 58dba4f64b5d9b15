import { Skeleton } from '@mantine/core';
import classes from './list-table.module.css';

const ROWS = 12;

type ListSkeletonProps = { label: string };

export function ListSkeleton({ label }: ListSkeletonProps) {
  return (
    <div className={classes.frame} role="status" aria-label={label}>
      <div className={classes.placeholders}>
        {Array.from({ length: ROWS }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
          <Skeleton key={index} height={12} width={`${62 + ((index * 7) % 35)}%`} />
        ))}
      </div>
    </div>
  );
}
