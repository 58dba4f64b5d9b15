import { queryOptions, useQuery } from '@tanstack/react-query';
import { CONFIGURATION } from '@/data/keys';
import type { Target } from '@/data/settings-api';
import { type Backend, useBackend } from '@/lib/backend';
import type { Configuration } from '@/lib/configuration';
import { unwrap } from '@/lib/errors';

async function fetchConfiguration({ client }: Backend, target: Target, signal: AbortSignal) {
  const rows = unwrap(
    await client
      // The generated types have no null for an argument that may be left out.
      .rpc('get_configuration', target === null ? {} : { p_site_domain: target })
      .abortSignal(signal),
  );
  return rows as unknown as Configuration[];
}

export function configurationQuery(backend: Backend, target: Target) {
  return queryOptions({
    queryKey: [CONFIGURATION, 'all', target],
    queryFn: ({ signal }) => fetchConfiguration(backend, target, signal),
  });
}

/** Every configuration of a website (null: of all of them), with its schema and what holds. */
export function useConfiguration(target: Target, enabled = true) {
  return useQuery({ ...configurationQuery(useBackend(), target), enabled });
}
