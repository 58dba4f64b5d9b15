import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { ListedConversation } from '@/data/conversation-list';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { DayRange } from '@/lib/dates';
import { unwrap } from '@/lib/errors';

export type FirstFilter = DayRange & {
  scores?: number[];
  topics?: string[];
  messaged?: boolean;
};

async function fetchFirst(
  { client }: Backend,
  siteDomains: string[],
  { from, to, ...rest }: FirstFilter,
  limit: number,
  signal: AbortSignal,
) {
  const rows: ListedConversation[] = unwrap(
    await client
      .rpc('list_conversations', {
        p_site_domains: siteDomains,
        p_filter: { from, to, ...rest },
        p_limit: limit,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function firstConversationsQuery(
  backend: Backend,
  siteDomains: string[],
  filter: FirstFilter,
  limit: number,
) {
  return queryOptions({
    queryKey: [TRAFFIC, 'first-conversations', siteDomains, filter, limit],
    queryFn: ({ signal }) => fetchFirst(backend, siteDomains, filter, limit, signal),
    placeholderData: keepPreviousData,
  });
}

/** The newest few conversations that pass a filter. */
export function useFirstConversations(siteDomains: string[], filter: FirstFilter, limit: number) {
  return useQuery(firstConversationsQuery(useBackend(), siteDomains, filter, limit));
}
