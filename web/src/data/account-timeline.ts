import { useInfiniteQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import type { AccountKind } from '@/lib/people-filters';

type Row = Database['public']['Functions']['get_account_timeline']['Returns'][number];
export type AccountActivity = Nullable<
  Row,
  'conversation_id' | 'page' | 'session_id' | 'text' | 'visitor_id' | 'visitor_label'
>;

const PAGE_SIZE = 100;

export function accountTimelineQuery(
  { client }: Backend,
  siteDomain: string,
  accountId: string,
  kinds: AccountKind[] | undefined,
) {
  return keysetOptions<AccountActivity>({
    queryKey: [TRAFFIC, 'account-timeline', siteDomain, accountId, kinds ?? 'all'],
    pageSize: PAGE_SIZE,
    fetchPage: async (after, signal) =>
      unwrap(
        await client
          .rpc('get_account_timeline', {
            p_site_domain: siteDomain,
            p_account_id: accountId,
            p_kinds: kinds,
            p_limit: PAGE_SIZE,
            p_after: after,
          })
          .abortSignal(signal),
      ),
  });
}

/** What everybody at a company did, newest first, a page at a time. */
export function useAccountTimeline(siteDomain: string, accountId: string, kinds?: AccountKind[]) {
  return useInfiniteQuery(accountTimelineQuery(useBackend(), siteDomain, accountId, kinds));
}
