import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type AccountField = 'industry' | 'country';

async function fetchValues(
  { client }: Backend,
  siteDomains: string[],
  field: AccountField,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .rpc('get_account_values', { p_site_domains: siteDomains, p_field: field })
      .abortSignal(signal),
  );
}

export function accountValuesQuery(backend: Backend, siteDomains: string[], field: AccountField) {
  return queryOptions({
    queryKey: [TRAFFIC, 'account-values', siteDomains, field],
    queryFn: ({ signal }) => fetchValues(backend, siteDomains, field, signal),
    placeholderData: keepPreviousData,
  });
}

/** The industries or countries of the accounts, most frequent first: what a filter offers. */
export function useAccountValues(siteDomains: string[], field: AccountField) {
  return useQuery(accountValuesQuery(useBackend(), siteDomains, field));
}
