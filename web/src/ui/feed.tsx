import type { ReactNode } from 'react';
import { ErrorState } from './error-state';
import { ListFoot } from './list-foot';
import { PanelSkeleton } from './panel-skeleton';

type Pages<Row> = {
  data: { pages: Row[][] } | undefined;
  isError: boolean;
  error: unknown;
  refetch: () => Promise<unknown>;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => Promise<unknown>;
};

type FeedProps<Row> = {
  list: Pages<Row>;
  /** What is being loaded, for a screen reader. */
  loading: string;
  empty: ReactNode;
  children: (rows: Row[]) => ReactNode;
};

/** A list inside a panel in all its states: loading, failed, empty, and with more to load. */
export function Feed<Row>({ list, loading, empty, children }: FeedProps<Row>) {
  if (list.isError && !list.data) {
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (!list.data) return <PanelSkeleton label={loading} />;
  const rows = list.data.pages.flat();
  if (rows.length === 0) return empty;
  return (
    <div>
      {children(rows)}
      <ListFoot list={list} shown={rows.length} />
    </div>
  );
}
