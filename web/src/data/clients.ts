import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CLIENTS } from '@/data/keys';
import { keysetOptions } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import type { ClientsSearch } from '@/lib/client-filters';
import type { Json } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';

/** A website with what happened on it in the last 30 of its own days, today included. */
export type ClientDomain = {
  site_domain: string;
  name: string;
  timezone: string;
  created_at: string;
  archived_at: string | null;
  first_day: string;
  conversations: number;
  visitors: number;
  /** Conversations, by day. */
  days: number[];
  last_event_at: string | null;
  /** Replaced keys that still work. */
  ending_keys: number;
};

export type Client = {
  id: string;
  name: string;
  created_at: string;
  archived_at: string | null;
  domains: ClientDomain[];
  cursor: Json;
};

export type ClientFilter = { search?: string; status?: string };

export function clientFilter({ q, status }: ClientsSearch): ClientFilter {
  return { ...(q && { search: q }), ...(status && { status }) };
}

const PAGE_SIZE = 30;

async function fetchPage(
  { client }: Backend,
  filter: ClientFilter,
  after: Json,
  signal: AbortSignal,
): Promise<Client[]> {
  const rows = unwrap(
    await client
      .rpc('get_clients', { p_filter: filter, p_limit: PAGE_SIZE, p_after: after })
      .abortSignal(signal),
  );
  return rows as unknown as Client[];
}

/** Organizations with their websites, by name, a page at a time. For staff. */
export function useClients(filter: ClientFilter, enabled: boolean) {
  const backend = useBackend();
  return useInfiniteQuery({
    ...keysetOptions({
      queryKey: [CLIENTS, 'list', filter],
      pageSize: PAGE_SIZE,
      fetchPage: (after, signal) => fetchPage(backend, filter, after, signal),
    }),
    enabled,
  });
}

/** How many websites the filter finds; an organization without any counts as one. */
export function useClientCount(filter: ClientFilter, enabled: boolean) {
  const { client } = useBackend();
  return useQuery({
    queryKey: [CLIENTS, 'count', filter],
    queryFn: async ({ signal }) =>
      unwrap(await client.rpc('count_clients', { p_filter: filter }).abortSignal(signal)),
    enabled,
  });
}

/** One website and its organization, wherever the list is. */
export function clientOfQuery(backend: Backend, siteDomain: string) {
  return queryOptions({
    queryKey: [CLIENTS, 'one', siteDomain],
    queryFn: async ({ signal }): Promise<{ client: Client; domain: ClientDomain } | null> => {
      const found = await fetchPage(backend, { search: siteDomain, status: 'all' }, null, signal);
      for (const client of found) {
        const domain = client.domains.find((each) => each.site_domain === siteDomain);
        if (domain) return { client, domain };
      }
      return null;
    },
  });
}

export function useClientOf(siteDomain: string) {
  return useQuery(clientOfQuery(useBackend(), siteDomain));
}
