import { useQuery } from '@tanstack/react-query';
import { CLIENTS } from '@/data/keys';
import { useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type ClientKey = {
  id: string;
  kind: string;
  public_key: string | null;
  secret_hint: string | null;
  label: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
  expires_at: string | null;
};

/** Keys are written to while they are looked at: when each was last used. */
const REFRESH_MS = 20_000;

/** The keys of a website, newest first. For staff. */
export function useClientKeys(siteDomain: string) {
  const { client } = useBackend();
  return useQuery({
    queryKey: [CLIENTS, 'keys', siteDomain],
    queryFn: async ({ signal }): Promise<ClientKey[]> =>
      unwrap(
        await client
          .from('domain_keys')
          .select(
            'id,kind,public_key,secret_hint,label,created_at,last_used_at,revoked_at,expires_at',
          )
          .eq('site_domain', siteDomain)
          .order('created_at', { ascending: false })
          .abortSignal(signal),
      ),
    refetchInterval: REFRESH_MS,
  });
}

/** The hosts a website's pages are on. */
export function useClientHosts(siteDomain: string) {
  const { client } = useBackend();
  return useQuery({
    queryKey: [CLIENTS, 'hosts', siteDomain],
    queryFn: async ({ signal }) =>
      unwrap(
        await client
          .from('domain_hosts')
          .select('host,environment')
          .eq('site_domain', siteDomain)
          .order('host')
          .abortSignal(signal),
      ),
  });
}

export type InternalAddress = { ip_hash: string; label: string; created_at: string };

/** Addresses whose traffic is not counted, by their hashes. */
export function useInternalAddresses(siteDomain: string) {
  const { client } = useBackend();
  return useQuery({
    queryKey: [CLIENTS, 'addresses', siteDomain],
    queryFn: async ({ signal }): Promise<InternalAddress[]> =>
      unwrap(
        await client
          .from('internal_addresses')
          .select('ip_hash,label,created_at')
          .eq('site_domain', siteDomain)
          .order('created_at')
          .abortSignal(signal),
      ),
  });
}
