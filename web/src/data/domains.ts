import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type Domain = {
  site_domain: string;
  name: string;
  timezone: string;
  organization: { name: string } | null;
};

async function fetchDomains({ client }: Backend, signal: AbortSignal): Promise<Domain[]> {
  return unwrap(
    await client
      .from('domains')
      .select('site_domain,name,timezone,organization:organizations(name)')
      .is('archived_at', null)
      .order('site_domain')
      .abortSignal(signal),
  );
}

/** The domains the signed-in user may see. */
export function domainsQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['domains'],
    queryFn: ({ signal }) => fetchDomains(backend, signal),
    staleTime: 5 * 60_000,
  });
}

/** The shell's route has loaded them before any page renders. */
export function useDomains(): Domain[] {
  return useSuspenseQuery(domainsQuery(useBackend())).data;
}
