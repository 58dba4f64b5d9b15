import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { AccountFilter } from '@/data/account-filter';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export function accountCountQuery(
  { client }: Backend,
  siteDomains: string[],
  filter: AccountFilter,
) {
  return queryOptions({
    queryKey: [TRAFFIC, 'account-count', siteDomains, filter],
    queryFn: async ({ signal }): Promise<number> =>
      unwrap(
        await client
          .rpc('count_accounts', { p_site_domains: siteDomains, p_filter: filter })
          .abortSignal(signal),
      ),
    placeholderData: keepPreviousData,
  });
}

/** How many accounts the filter finds, exactly. */
export function useAccountCount(siteDomains: string[], filter: AccountFilter) {
  return useQuery(accountCountQuery(useBackend(), siteDomains, filter));
}
