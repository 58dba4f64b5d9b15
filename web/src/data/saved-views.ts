import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database, Json } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['list_saved_views']['Returns'][number];
export type SavedView = Nullable<Row, 'site_domain'>;

export type ViewChange =
  | { do: 'save'; name: string; search: Json; siteDomain: string | null }
  | { do: 'update'; id: string; search: Json; siteDomain: string | null }
  | { do: 'rename'; id: string; name: string }
  | { do: 'delete'; id: string };

function savedViewsQuery({ client }: Backend, page: string) {
  return queryOptions({
    queryKey: ['saved-views', page],
    queryFn: async ({ signal }): Promise<SavedView[]> =>
      unwrap(await client.rpc('list_saved_views', { p_page: page }).abortSignal(signal)),
  });
}

/** The views of a page: one's own, and those shared with a domain one sees. */
export function useSavedViews(page: string) {
  return useQuery(savedViewsQuery(useBackend(), page));
}

async function apply({ client }: Backend, page: string, change: ViewChange): Promise<string> {
  switch (change.do) {
    case 'save':
      return unwrap(
        await client.rpc('save_view', {
          p_page: page,
          p_name: change.name,
          p_search: change.search,
          p_site_domain: change.siteDomain ?? undefined,
        }),
      );
    case 'update':
      return unwrap(
        await client.rpc('update_view', {
          p_id: change.id,
          p_search: change.search,
          p_site_domain: change.siteDomain ?? undefined,
        }),
      );
    case 'rename':
      return unwrap(await client.rpc('rename_view', { p_id: change.id, p_name: change.name }));
    case 'delete':
      return unwrap(await client.rpc('delete_view', { p_id: change.id }));
  }
}

export function useChangeView(page: string) {
  const backend = useBackend();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ViewChange) => apply(backend, page, change),
    onSettled: () => client.invalidateQueries({ queryKey: ['saved-views', page] }),
  });
}
