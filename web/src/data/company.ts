import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchCompany(
  { client }: Backend,
  siteDomain: string | undefined,
  id: string,
  signal: AbortSignal,
) {
  const found = client.from('accounts').select('*').eq('id', id);
  const one = siteDomain === undefined ? found.limit(1) : found.eq('site_domain', siteDomain);
  return unwrap(await one.abortSignal(signal).single());
}

export type Company = Awaited<ReturnType<typeof fetchCompany>>;

export function companyQuery(backend: Backend, siteDomain: string | undefined, id: string) {
  return queryOptions({
    queryKey: [TRAFFIC, 'company', siteDomain ?? 'any', id],
    queryFn: ({ signal }) => fetchCompany(backend, siteDomain, id, signal),
  });
}

/**
 * One account: what is known of a company, of whichever domain when none is given.
 * (`data/account.ts` is about the signed-in person.)
 */
export function useCompany(siteDomain: string | undefined, id: string) {
  return useQuery(companyQuery(useBackend(), siteDomain, id));
}
