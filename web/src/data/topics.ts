import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

const MOST = 500;

async function fetchTopics({ client }: Backend, siteDomains: string[], signal: AbortSignal) {
  return unwrap(
    await client
      .from('topics')
      .select('id,label,site_domain')
      .in('site_domain', siteDomains)
      .eq('status', 'active')
      .order('label')
      .limit(MOST)
      .abortSignal(signal),
  );
}

export function topicsQuery(backend: Backend, siteDomains: string[]) {
  return queryOptions({
    queryKey: [TRAFFIC, 'topic-names', siteDomains],
    queryFn: ({ signal }) => fetchTopics(backend, siteDomains, signal),
  });
}

/** The topics one can filter by. */
export function useTopics(siteDomains: string[], enabled: boolean) {
  return useQuery({ ...topicsQuery(useBackend(), siteDomains), enabled });
}
