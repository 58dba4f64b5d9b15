import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchVisitor(
  { client }: Backend,
  siteDomain: string,
  id: string,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .from('visitors')
      .select('*,account:accounts(id,name,domain)')
      .eq('site_domain', siteDomain)
      .eq('id', id)
      .abortSignal(signal)
      .single(),
  );
}

export type Visitor = Awaited<ReturnType<typeof fetchVisitor>>;

export function visitorQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [TRAFFIC, 'visitor', siteDomain, id],
    queryFn: ({ signal }) => fetchVisitor(backend, siteDomain, id, signal),
  });
}

/** One visitor with the company it belongs to. */
export function useVisitor(siteDomain: string, id: string) {
  return useQuery(visitorQuery(useBackend(), siteDomain, id));
}
