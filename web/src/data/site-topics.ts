import { queryOptions, useQuery } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchSiteTopics({ client }: Backend, siteDomain: string, signal: AbortSignal) {
  return unwrap(
    await client
      .from('topics')
      .select('id,label,status')
      .eq('site_domain', siteDomain)
      .neq('status', 'merged')
      .order('label')
      .order('id')
      .abortSignal(signal),
  );
}

function siteTopicsQuery(backend: Backend, siteDomain: string) {
  return queryOptions({
    queryKey: [TRAFFIC, TOPICS, 'of-site', siteDomain],
    queryFn: ({ signal }) => fetchSiteTopics(backend, siteDomain, signal),
  });
}

/** Every topic of a website that was not merged into another, by name. */
export function useSiteTopics(siteDomain: string) {
  return useQuery(siteTopicsQuery(useBackend(), siteDomain));
}
