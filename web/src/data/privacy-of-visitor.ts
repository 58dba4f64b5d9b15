import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PRIVACY, TRAFFIC } from '@/data/keys';
import { askServer, askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';
import { saveFile } from '@/lib/save-file';

/** What an erasure would delete or blank. */
export type ErasurePreview = {
  counts: Record<string, number>;
  propagated: boolean;
  erased_at: string | null;
  same_email: string[];
};

const visitorPath = (siteDomain: string, id: string) =>
  `privacy/v1/domains/${siteDomain}/visitors/${id}`;

/** Saves everything that is kept of a visitor as a file. */
export function useVisitorExport(siteDomain: string, id: string) {
  const backend = useBackend();
  return useMutation({
    mutationFn: async () => {
      const answer = await askServer(backend, 'GET', `${visitorPath(siteDomain, id)}/export`);
      saveFile(`visitor_${siteDomain}_${id}.json`, await answer.blob());
    },
  });
}

/** What erasing a visitor would do; asked for when the dialog opens. */
export function useErasurePreview(siteDomain: string, id: string) {
  const backend = useBackend();
  return useQuery({
    queryKey: [PRIVACY, 'erasure', siteDomain, id],
    queryFn: ({ signal }) =>
      askServerFor<ErasurePreview>(
        backend,
        'GET',
        `${visitorPath(siteDomain, id)}/erasure`,
        undefined,
        signal,
      ),
    staleTime: 0,
    gcTime: 0,
  });
}

/** Erases a visitor for good; gives the receipt's id. */
export function useErasure(siteDomain: string, id: string) {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (others: string[]) =>
      askServerFor<{ id: string }>(backend, 'POST', `${visitorPath(siteDomain, id)}/erasure`, {
        confirm: 'erase',
        others,
      }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: [TRAFFIC], refetchType: 'none' }),
        queryClient.invalidateQueries({ queryKey: [PRIVACY, 'erasures'] }),
      ]),
  });
}
