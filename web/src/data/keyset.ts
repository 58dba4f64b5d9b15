import { infiniteQueryOptions, keepPreviousData, type QueryKey } from '@tanstack/react-query';
import type { Json } from '@/lib/database.types';

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
  });
}
