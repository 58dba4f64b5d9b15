import { queryOptions, useQuery } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchTopic(
  { client }: Backend,
  siteDomain: string,
  id: string,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .from('topics')
      .select('site_domain,id,label,label_is_custom,keywords,status,merged_into')
      .eq('site_domain', siteDomain)
      .eq('id', id)
      .abortSignal(signal)
      .single(),
  );
}

export type Topic = Awaited<ReturnType<typeof fetchTopic>>;

export function topicQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [TRAFFIC, TOPICS, 'one', siteDomain, id],
    queryFn: ({ signal }) => fetchTopic(backend, siteDomain, id, signal),
  });
}

/** A topic as it is named now. */
export function useTopic(siteDomain: string, id: string) {
  return useQuery(topicQuery(useBackend(), siteDomain, id));
}
