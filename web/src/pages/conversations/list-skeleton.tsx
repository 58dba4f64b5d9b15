import { Skeleton } from '@mantine/core';
import classes from './conversation-list.module.css';

const ROWS = 14;

export function ListSkeleton() {
  return (
    <div className={classes.frame} role="status" aria-label="Loading the conversations">
      {Array.from({ length: ROWS }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <div key={index} className={classes.row}>
          <Skeleton className={classes.visitor} height={12} width="70%" />
          <Skeleton className={classes.preview} height={12} width={`${60 + ((index * 7) % 35)}%`} />
          <Skeleton className={classes.place} height={12} width="60%" />
          <Skeleton className={classes.time} height={12} width={72} />
        </div>
      ))}
    </div>
  );
}
