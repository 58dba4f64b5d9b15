import { useInfiniteQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_visitor_sessions']['Returns'][number];
export type VisitorSession = Nullable<
  Row,
  | 'browser'
  | 'conversation_id'
  | 'country'
  | 'device_type'
  | 'entry_page'
  | 'os'
  | 'referrer_host'
  | 'utm_campaign'
  | 'utm_source'
>;

const PAGE_SIZE = 50;

export function visitorSessionsQuery({ client }: Backend, siteDomain: string, visitorId: string) {
  return keysetOptions<VisitorSession>({
    queryKey: [TRAFFIC, 'visitor-sessions', siteDomain, visitorId],
    pageSize: PAGE_SIZE,
    fetchPage: async (after, signal) =>
      unwrap(
        await client
          .rpc('get_visitor_sessions', {
            p_site_domain: siteDomain,
            p_visitor_id: visitorId,
            p_limit: PAGE_SIZE,
            p_after: after,
          })
          .abortSignal(signal),
      ),
  });
}

/** The sessions of a visitor, newest first, a page at a time. */
export function useVisitorSessions(siteDomain: string, visitorId: string) {
  return useInfiniteQuery(visitorSessionsQuery(useBackend(), siteDomain, visitorId));
}
