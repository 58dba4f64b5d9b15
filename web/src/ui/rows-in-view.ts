import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';
import { heightOf, useKeptHeights } from './row-heights';

// Of most rows; each is measured once it is drawn.
const ROW_HEIGHT = 40;
// What covers the top of the frame, so that a row scrolled to is not under it.
const HEAD_HEIGHT = 56;
const ROWS_BEFORE_END = 15;

/** A list that comes by pages. */
export type ListPages = {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => Promise<unknown>;
};

type RowsInViewProps = {
  frame: RefObject<HTMLElement | null>;
  list: ListPages;
  keys: string[];
  /** The place of the open row, which stays in sight; -1 when it is not among them. */
  open: number;
};

/** Which rows of a table to draw, and the room of those before and after. Asks for more near the end. */
export function useRowsInView({ frame, list, keys, open }: RowsInViewProps) {
  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => heightOf(keys[index] ?? index, ROW_HEIGHT),
    getItemKey: (index) => keys[index] ?? index,
    overscan: 12,
    scrollPaddingStart: HEAD_HEIGHT,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1);

  const { scrollToIndex, takeSnapshot } = virtualizer;
  useKeptHeights(takeSnapshot, ROW_HEIGHT);
  useEffect(() => {
    if (open > 0) scrollToIndex(open, { align: 'auto' });
  }, [open, scrollToIndex]);

  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const nearEnd = last !== undefined && last.index >= keys.length - ROWS_BEFORE_END;
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) {
      void fetchNextPage();
    }
  }, [nearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  return {
    items,
    measure: virtualizer.measureElement,
    before: items[0]?.start ?? 0,
    after: virtualizer.getTotalSize() - (last?.end ?? 0),
  };
}
