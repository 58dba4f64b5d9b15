import { getRouteApi, Outlet } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useConversationCount } from '@/data/conversation-count';
import { conversationFilter } from '@/data/conversation-filter';
import { useConversationList } from '@/data/conversation-list';
import { useScope } from '@/data/use-scope';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { ScopeNote } from '@/ui/scope-note';
import { Split } from '@/ui/split';
import { ConversationFilters } from './conversation-filters';
import { ConversationList } from './conversation-list';
import { ListSkeleton } from './list-skeleton';
import { ListTools } from './list-tools';
import { NoConversations } from './no-conversations';

const route = getRouteApi('/shell/conversations');

export function ConversationsPage() {
  const search = route.useSearch();
  const scope = useScope(search);
  const filter = useMemo(() => conversationFilter(scope, search), [scope, search]);
  const list = useConversationList(scope.siteDomains, filter, search.sort);
  const count = useConversationCount(scope.siteDomains, filter);
  const rows = useMemo(() => list.data?.pages.flat() ?? [], [list.data]);

  const body = () => {
    if (list.isError && !list.data) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    }
    if (!list.data) return <ListSkeleton />;
    if (rows.length === 0) return <NoConversations scope={scope} />;
    return <ConversationList rows={rows} list={list} total={count.data} scope={scope} />;
  };

  return (
    <Split panel={<Outlet />}>
      <PageHead
        title="Conversations"
        note={
          <ScopeNote
            range={scope}
            siteDomains={scope.siteDomains}
            timezone={scope.domain?.timezone ?? null}
            compared={false}
          />
        }
      />
      <ConversationFilters scope={scope} />
      <ListTools scope={scope} filter={filter} count={count} />
      {body()}
    </Split>
  );
}
