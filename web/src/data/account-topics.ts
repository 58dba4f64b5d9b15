import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchTopics(
  { client }: Backend,
  siteDomain: string,
  accountId: string,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .rpc('get_account_topics', { p_site_domain: siteDomain, p_account_id: accountId })
      .abortSignal(signal),
  );
}

export function accountTopicsQuery(backend: Backend, siteDomain: string, accountId: string) {
  return queryOptions({
    queryKey: [TRAFFIC, 'account-topics', siteDomain, accountId],
    queryFn: ({ signal }) => fetchTopics(backend, siteDomain, accountId, signal),
  });
}

/** The topics that people of a company asked about, most asked first. */
export function useAccountTopics(siteDomain: string, accountId: string) {
  return useQuery(accountTopicsQuery(useBackend(), siteDomain, accountId));
}
