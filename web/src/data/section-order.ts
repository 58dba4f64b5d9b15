import { useMutation, useQueryClient } from '@tanstack/react-query';
import { SECTIONS } from '@/data/keys';
import type { ListedSection } from '@/data/sections';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';

type Order = { siteDomain: string; ids: string[] };

const LISTS = [SECTIONS, 'list'];

function ordered(rows: ListedSection[], { siteDomain, ids }: Order): ListedSection[] {
  const moved = rows
    .filter((row) => row.site_domain === siteDomain)
    .sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  return rows.map((row) => (row.site_domain === siteDomain ? (moved.shift() ?? row) : row));
}

/** Puts a domain's sections in order: seen at once, and taken back when the server refuses. */
export function useSectionOrder() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ siteDomain, ids }: Order) =>
      askServerFor(backend, 'PUT', `content/v1/sections/${siteDomain}/order`, { ids }),
    onMutate: async (order) => {
      await queryClient.cancelQueries({ queryKey: LISTS });
      const before = queryClient.getQueriesData<ListedSection[]>({ queryKey: LISTS });
      for (const [key, rows] of before) {
        if (key.at(-1) === false) queryClient.setQueryData(key, rows && ordered([...rows], order));
      }
      return before;
    },
    onError: (_error, _order, before) => {
      for (const [key, rows] of before ?? []) queryClient.setQueryData(key, rows);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: LISTS }),
  });
}
