import { Skeleton } from '@mantine/core';
import classes from './section.module.css';

type PanelSkeletonProps = { label: string; lines?: number };

export function PanelSkeleton({ label, lines = 8 }: PanelSkeletonProps) {
  return (
    <div className={classes.section} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={14} width={`${55 + ((index * 13) % 40)}%`} />
      ))}
    </div>
  );
}
