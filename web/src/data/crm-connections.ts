import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ConnectionState } from '@/data/integration';
import { CRM } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type ConnectionRow = { site_domain: string; state: ConnectionState; portal_name: string };

async function fetchConnections({ client }: Backend, signal: AbortSignal) {
  const rows = unwrap(
    await client
      .from('crm_connections')
      .select('site_domain,state,portal_name')
      .abortSignal(signal),
  );
  return rows as unknown as ConnectionRow[];
}

function connectionsQuery(backend: Backend) {
  return queryOptions({
    queryKey: [CRM, 'connections'],
    queryFn: ({ signal }) => fetchConnections(backend, signal),
  });
}

/** Which websites are connected; staff see them. */
export function useConnections() {
  return useQuery(connectionsQuery(useBackend()));
}
