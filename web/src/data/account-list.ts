import { useInfiniteQuery } from '@tanstack/react-query';
import type { AccountFilter } from '@/data/account-filter';
import { TRAFFIC } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import type { AccountSort } from '@/lib/people-filters';

type Row = Database['public']['Functions']['get_account_stats_with_intent']['Returns'][number];
export type ListedAccount = Nullable<Row, 'country' | 'domain' | 'industry' | 'size'>;

const PAGE_SIZE = 50;

export function accountListQuery(
  { client }: Backend,
  siteDomains: string[],
  filter: AccountFilter,
  sort: AccountSort | undefined,
) {
  return keysetOptions<ListedAccount>({
    queryKey: [TRAFFIC, 'account-list', siteDomains, filter, sort ?? 'recent'],
    pageSize: PAGE_SIZE,
    fetchPage: async (after, signal) =>
      unwrap(
        await client
          .rpc('get_account_stats_with_intent', {
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

/** Companies whose people were there in the range, a page at a time. */
export function useAccountList(siteDomains: string[], filter: AccountFilter, sort?: AccountSort) {
  return useInfiniteQuery(accountListQuery(useBackend(), siteDomains, filter, sort));
}
