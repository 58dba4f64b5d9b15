import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ConversationFilter } from '@/data/conversation-filter';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { Sort } from '@/lib/conversation-search';
import type { Database, Json } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['list_conversations']['Returns'][number];
export type ListedConversation = Nullable<
  Row,
  | 'account_id'
  | 'account_name'
  | 'country'
  | 'intent'
  | 'language'
  | 'last_message_at'
  | 'page'
  | 'preview'
  | 'quality_score'
  | 'review'
  | 'topic_id'
  | 'topic_label'
  | 'visitor_email'
>;

export const PAGE_SIZE = 50;
export const CONVERSATION_LIST = 'conversation-list';

async function fetchPage(
  { client }: Backend,
  siteDomains: string[],
  filter: ConversationFilter,
  sort: Sort,
  after: Json,
  signal: AbortSignal,
) {
  const rows: ListedConversation[] = unwrap(
    await client
      .rpc('list_conversations', {
        p_site_domains: siteDomains,
        p_filter: filter,
        p_limit: PAGE_SIZE,
        p_after: after,
        p_sort: sort,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function conversationListQuery(
  backend: Backend,
  siteDomains: string[],
  filter: ConversationFilter,
  sort: Sort,
) {
  return infiniteQueryOptions({
    queryKey: [TRAFFIC, CONVERSATION_LIST, siteDomains, filter, sort],
    queryFn: ({ pageParam, signal }) =>
      fetchPage(backend, siteDomains, filter, sort, pageParam, signal),
    initialPageParam: null as Json,
    getNextPageParam: (page): Json | undefined =>
      page.length < PAGE_SIZE ? undefined : page.at(-1)?.cursor,
    placeholderData: keepPreviousData,
  });
}

/** Conversations in an order, a page at a time. */
export function useConversationList(
  siteDomains: string[],
  filter: ConversationFilter,
  sort: Sort = 'newest',
) {
  return useInfiniteQuery(conversationListQuery(useBackend(), siteDomains, filter, sort));
}
