import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { ConversationFilter } from '@/data/conversation-filter';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchCount(
  { client }: Backend,
  siteDomains: string[],
  filter: ConversationFilter,
  signal: AbortSignal,
): Promise<number> {
  return unwrap(
    await client
      .rpc('count_conversations', { p_site_domains: siteDomains, p_filter: filter })
      .abortSignal(signal),
  );
}

export function conversationCountQuery(
  backend: Backend,
  siteDomains: string[],
  filter: ConversationFilter,
) {
  return queryOptions({
    queryKey: [TRAFFIC, 'conversation-count', siteDomains, filter],
    queryFn: ({ signal }) => fetchCount(backend, siteDomains, filter, signal),
    placeholderData: keepPreviousData,
  });
}

/** How many conversations the filter finds, exactly. */
export function useConversationCount(siteDomains: string[], filter: ConversationFilter) {
  return useQuery(conversationCountQuery(useBackend(), siteDomains, filter));
}
