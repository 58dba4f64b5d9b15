import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

const ASK_AGAIN_MS = 30_000;

type Row = Database['public']['Functions']['get_my_access']['Returns'][number];
export type Access = Nullable<Row, 'view_ends_at'>;

async function fetchAccess({ client }: Backend, signal: AbortSignal): Promise<Access | null> {
  const rows: Access[] = unwrap(await client.rpc('get_my_access').abortSignal(signal));
  return rows[0] ?? null;
}

/** As whom one sees the product. Asked again and again, so that a page hears when its session ends. */
export function accessQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['access'],
    queryFn: ({ signal }) => fetchAccess(backend, signal),
    staleTime: 10_000,
    refetchOnWindowFocus: 'always',
    refetchInterval: ({ state }) => untilNext(state.data?.view_ends_at ?? null),
  });
}

function untilNext(endsAt: string | null): number {
  if (endsAt === null) return ASK_AGAIN_MS;
  return Math.max(1000, Math.min(ASK_AGAIN_MS, Date.parse(endsAt) - Date.now() + 500));
}

export function useAccess() {
  return useQuery(accessQuery(useBackend()));
}
