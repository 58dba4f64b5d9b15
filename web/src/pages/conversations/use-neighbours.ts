import { getRouteApi, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { conversationFilter } from '@/data/conversation-filter';
import { useConversationList } from '@/data/conversation-list';
import { useScope } from '@/data/use-scope';

const list = getRouteApi('/shell/conversations');

/** The way from the open conversation to the ones around it in the list. */
export function useNeighbours() {
  const { domain, id } = useParams({ from: '/shell/conversations/$domain/$id' });
  const search = list.useSearch();
  const navigate = list.useNavigate();
  const scope = useScope(search);
  const filter = useMemo(() => conversationFilter(scope, search), [scope, search]);
  const { data, hasNextPage, fetchNextPage } = useConversationList(
    scope.siteDomains,
    filter,
    search.sort,
  );

  const rows = data?.pages.flat() ?? [];
  const index = rows.findIndex((row) => row.id === id && row.site_domain === domain);
  const previous = index > 0 ? rows[index - 1] : undefined;
  const next = index >= 0 ? rows[index + 1] : undefined;

  const open = (row: { site_domain: string; id: string } | undefined) => {
    if (!row) return;
    void navigate({
      to: '/conversations/$domain/$id',
      params: { domain: row.site_domain, id: row.id },
      search: (current) => current,
      replace: true,
      resetScroll: false,
    });
  };
  const openNext = async () => {
    if (next || index < 0 || !hasNextPage) return open(next);
    const more = await fetchNextPage();
    open(more.data?.pages.flat()[index + 1]);
  };

  return {
    hasPrevious: previous !== undefined,
    hasNext: next !== undefined || (index >= 0 && hasNextPage),
    openPrevious: () => open(previous),
    openNext: () => void openNext(),
    close: () =>
      void navigate({
        to: '/conversations',
        search: (current) => current,
        resetScroll: false,
      }),
  };
}
