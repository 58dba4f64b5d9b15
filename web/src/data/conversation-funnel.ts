import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_conversation_funnel']['Returns'][number];
export type FunnelStep = Nullable<Row, 'share_of_first' | 'share_of_previous'>;

async function fetchFunnel({ client }: Backend, scope: Scope, signal: AbortSignal) {
  const steps: FunnelStep[] = unwrap(
    await client
      .rpc('get_conversation_funnel', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
      })
      .abortSignal(signal),
  );
  return steps;
}

export function conversationFunnelQuery(backend: Backend, scope: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, 'funnel', scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchFunnel(backend, scope, signal),
    placeholderData: keepPreviousData,
  });
}

/** Distinct visitors that reached each step and all steps before it. */
export function useConversationFunnel(scope: Scope) {
  return useQuery(conversationFunnelQuery(useBackend(), scope));
}
