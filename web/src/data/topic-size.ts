import { queryOptions, useQuery } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrapCount } from '@/lib/errors';

async function fetchSize({ client }: Backend, siteDomain: string, id: string, signal: AbortSignal) {
  return unwrapCount(
    await client
      .from('conversations')
      .select('id', { count: 'exact', head: true })
      .eq('site_domain', siteDomain)
      .eq('topic_id', id)
      .abortSignal(signal),
  );
}

function topicSizeQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [TRAFFIC, TOPICS, 'size', siteDomain, id],
    queryFn: ({ signal }) => fetchSize(backend, siteDomain, id, signal),
    staleTime: 0,
  });
}

/** How many conversations a topic has of all time, counted or not: those a merge moves. */
export function useTopicSize(siteDomain: string, id: string) {
  return useQuery(topicSizeQuery(useBackend(), siteDomain, id));
}
