import { useEffect } from 'react';

type Measured = { key: string | number | bigint; size: number };

const MOST_KEPT = 20_000;
const heights = new Map<Measured['key'], number>();

/** What a row was high when it was last drawn, else what most are. */
export function heightOf(key: string | number, usual: number): number {
  return heights.get(key) ?? usual;
}

/**
 * Keeps the heights of the rows drawn once their list is left: who comes back finds every row where it was,
 * and not where it would be if all were as high as most.
 */
export function useKeptHeights(takeSnapshot: () => Measured[], usual: number): void {
  useEffect(
    () => () => {
      if (heights.size > MOST_KEPT) heights.clear();
      for (const { key, size } of takeSnapshot()) {
        if (size !== usual) heights.set(key, size);
      }
    },
    [takeSnapshot, usual],
  );
}
