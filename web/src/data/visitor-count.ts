import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { VisitorFilter } from '@/data/visitor-filter';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export function visitorCountQuery(
  { client }: Backend,
  siteDomains: string[],
  filter: VisitorFilter,
) {
  return queryOptions({
    queryKey: [TRAFFIC, 'visitor-count', siteDomains, filter],
    queryFn: async ({ signal }): Promise<number> =>
      unwrap(
        await client
          .rpc('count_visitors', { p_site_domains: siteDomains, p_filter: filter })
          .abortSignal(signal),
      ),
    placeholderData: keepPreviousData,
  });
}

/** How many visitors the filter finds, exactly. */
export function useVisitorCount(siteDomains: string[], filter: VisitorFilter) {
  return useQuery(visitorCountQuery(useBackend(), siteDomains, filter));
}
