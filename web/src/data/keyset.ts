import { infiniteQueryOptions, keepPreviousData, type QueryKey } from '@tanstack/react-query';
import type { Json } from '@/lib/database.types';

// Each page waits for the one before it: who scrolled far and comes back to the window keeps what is there.
const MOST_REFRESHED = 4;

type Shown = {
  state: { data: { pages: unknown[] } | undefined; isInvalidated: boolean };
};

/** Whether a list is short enough, or known to be wrong, to ask for all of it again unasked. */
const isRefreshed = ({ state }: Shown) =>
  state.isInvalidated || (state.data?.pages.length ?? 0) <= MOST_REFRESHED;

const REFRESHING = {
  refetchOnMount: isRefreshed,
  refetchOnWindowFocus: isRefreshed,
  refetchOnReconnect: isRefreshed,
};

type Keyset<Row> = {
  queryKey: QueryKey;
  pageSize: number;
  fetchPage: (after: Json, signal: AbortSignal) => Promise<Row[]>;
};

/** A list read a page at a time: the cursor of the last row asks for what follows. */
export function keysetOptions<Row extends { cursor: Json }>({
  queryKey,
  pageSize,
  fetchPage,
}: Keyset<Row>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: null as Json,
    getNextPageParam: (page: Row[]): Json | undefined =>
      page.length < pageSize ? undefined : page.at(-1)?.cursor,
    placeholderData: keepPreviousData,
    ...REFRESHING,
  });
}

type NewestFirst<Row> = {
  queryKey: QueryKey;
  pageSize: number;
  /** The columns that the rows are sorted by, descending, that of the time first. */
  by: (keyof Row & string)[];
  /** Asks for a page; `after` is the condition (of `or`) of what follows the rows shown. */
  fetchPage: (after: string | null, signal: AbortSignal) => Promise<Row[]>;
};

/** The rows of a table newest first, a page at a time. */
export function newestFirst<Row>({ queryKey, pageSize, by, fetchPage }: NewestFirst<Row>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Row[]) => {
      const last = page.at(-1);
      return last === undefined || page.length < pageSize ? undefined : following(last, by);
    },
    ...REFRESHING,
  });
}

function following<Row>(last: Row, by: (keyof Row & string)[]): string {
  const branches = by.map((column, place) => {
    const same = by.slice(0, place).map((before) => `${before}.eq."${last[before]}"`);
    return `and(${[...same, `${column}.lt."${last[column]}"`].join(',')})`;
  });
  return branches.join(',');
}
