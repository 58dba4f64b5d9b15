import { useInfiniteQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import type { VisitorKind } from '@/lib/people-filters';

type Row = Database['public']['Functions']['get_visitor_timeline']['Returns'][number];
export type VisitorActivity = Nullable<Row, 'conversation_id' | 'page' | 'session_id' | 'text'>;

const PAGE_SIZE = 100;

export function visitorTimelineQuery(
  { client }: Backend,
  siteDomain: string,
  visitorId: string,
  kinds: VisitorKind[] | undefined,
) {
  return keysetOptions<VisitorActivity>({
    queryKey: [TRAFFIC, 'visitor-timeline', siteDomain, visitorId, kinds ?? 'all'],
    pageSize: PAGE_SIZE,
    fetchPage: async (after, signal) =>
      unwrap(
        await client
          .rpc('get_visitor_timeline', {
            p_site_domain: siteDomain,
            p_visitor_id: visitorId,
            p_kinds: kinds,
            p_limit: PAGE_SIZE,
            p_after: after,
          })
          .abortSignal(signal),
      ),
  });
}

/** What a visitor did, newest first, a page at a time. */
export function useVisitorTimeline(siteDomain: string, visitorId: string, kinds?: VisitorKind[]) {
  return useInfiniteQuery(visitorTimelineQuery(useBackend(), siteDomain, visitorId, kinds));
}
