import { useMutation, useQuery } from '@tanstack/react-query';
import { PRIVACY } from '@/data/keys';
import { askServer } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';
import { saveFile } from '@/lib/save-file';

const COLUMNS =
  'site_domain,id,erased_at,actor_role,visitors,counts,propagations,propagated_at,propagation_error';
const LIMIT = 100;

async function fetchErasures({ client }: Backend, siteDomains: string[], signal: AbortSignal) {
  return unwrap(
    await client
      .from('erasures')
      .select(COLUMNS)
      .in('site_domain', siteDomains)
      .order('erased_at', { ascending: false })
      .limit(LIMIT)
      .abortSignal(signal),
  );
}

export type Erasure = Awaited<ReturnType<typeof fetchErasures>>[number];

/** The receipts of erased visitors, the newest first. */
export function useErasures(siteDomains: string[]) {
  const backend = useBackend();
  return useQuery({
    queryKey: [PRIVACY, 'erasures', siteDomains],
    queryFn: ({ signal }) => fetchErasures(backend, siteDomains, signal),
  });
}

/** Saves a receipt as a file. */
export function useReceipt() {
  const backend = useBackend();
  return useMutation({
    mutationFn: async ({ siteDomain, id }: { siteDomain: string; id: string }) => {
      const answer = await askServer(
        backend,
        'GET',
        `privacy/v1/domains/${siteDomain}/erasures/${id}`,
      );
      saveFile(`erasure_${siteDomain}_${id}.json`, await answer.blob());
    },
  });
}
