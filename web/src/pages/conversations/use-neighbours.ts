import { getRouteApi, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { conversationFilter } from '@/data/conversation-filter';
import { useConversationList } from '@/data/conversation-list';
import { useScope } from '@/data/use-scope';
import { neighboursOf } from '@/ui/neighbours';

const list = getRouteApi('/shell/conversations');

/** The way from the open conversation to the ones around it in the list, and back to the list. */
export function useNeighbours() {
  const current = useParams({ from: '/shell/conversations/$domain/$id' });
  const search = list.useSearch();
  const navigate = list.useNavigate();
  const scope = useScope(search);
  const filter = useMemo(() => conversationFilter(scope, search), [scope, search]);
  const rows = useConversationList(scope.siteDomains, filter, search.sort);

  const neighbours = neighboursOf(rows, current, (row) => {
    void navigate({
      to: '/conversations/$domain/$id',
      params: { domain: row.site_domain, id: row.id },
      search: (kept) => kept,
      replace: true,
      resetScroll: false,
    });
  });
  const close = () =>
    void navigate({ to: '/conversations', search: (kept) => kept, resetScroll: false });
  return { neighbours, close };
}
