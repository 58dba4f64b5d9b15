import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { PRIVACY } from '@/data/keys';
import { newestFirst } from '@/data/keyset';
import { askServer } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';
import { saveFile } from '@/lib/save-file';

const COLUMNS =
  'site_domain,id,erased_at,actor_role,visitors,counts,propagations,propagated_at,propagation_error';
const PAGE_SIZE = 50;

async function fetchErasures(
  { client }: Backend,
  siteDomains: string[],
  after: string | null,
  signal: AbortSignal,
) {
  let asked = client.from('erasures').select(COLUMNS).in('site_domain', siteDomains);
  if (after) asked = asked.or(after);
  return unwrap(
    await asked
      .order('erased_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(PAGE_SIZE)
      .abortSignal(signal),
  );
}

export type Erasure = Awaited<ReturnType<typeof fetchErasures>>[number];

/** The receipts of erased visitors, the newest first, a page at a time. */
export function useErasures(siteDomains: string[]) {
  const backend = useBackend();
  return useInfiniteQuery(
    newestFirst<Erasure>({
      queryKey: [PRIVACY, 'erasures', siteDomains],
      pageSize: PAGE_SIZE,
      by: ['erased_at', 'id'],
      fetchPage: (after, signal) => fetchErasures(backend, siteDomains, after, signal),
    }),
  );
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
