import { useInfiniteQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import type { VisitorFilter } from '@/data/visitor-filter';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import type { VisitorSort } from '@/lib/people-filters';

type Row = Database['public']['Functions']['get_visitor_stats_with_intent']['Returns'][number];
export type ListedVisitor = Nullable<
  Row,
  'account_domain' | 'account_id' | 'account_name' | 'country' | 'device_type' | 'email' | 'name'
>;

const PAGE_SIZE = 50;

export function visitorListQuery(
  { client }: Backend,
  siteDomains: string[],
  filter: VisitorFilter,
  sort: VisitorSort | undefined,
) {
  return keysetOptions<ListedVisitor>({
    queryKey: [TRAFFIC, 'visitor-list', siteDomains, filter, sort ?? 'recent'],
    pageSize: PAGE_SIZE,
    fetchPage: async (after, signal) =>
      unwrap(
        await client
          .rpc('get_visitor_stats_with_intent', {
            p_site_domains: siteDomains,
            p_filter: filter,
            p_sort: sort ?? 'recent',
            p_limit: PAGE_SIZE,
            p_after: after,
          })
          .abortSignal(signal),
      ),
  });
}

/** Visitors who were there in the range, a page at a time. */
export function useVisitorList(siteDomains: string[], filter: VisitorFilter, sort?: VisitorSort) {
  return useInfiniteQuery(visitorListQuery(useBackend(), siteDomains, filter, sort));
}
