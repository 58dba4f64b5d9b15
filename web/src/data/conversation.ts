import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

// The session holds its latest conversation, so there are two ways between the tables: name the one.
const COLUMNS = `
  *,
  visitor:visitors!conversations_visitor_id_fkey(*,account:accounts(name)),
  session:visitor_sessions!conversations_session_id_fkey(*),
  topic:topics!conversations_topic_id_fkey(label),
  insight:conversation_insights(quality_receipt,signals,messages,scorer,scorer_error,analyzed_at),
  messages(*),
  conversions(*)
` as const;

// The server gives no more rows than this of one thing.
const MOST_AT_ONCE = 1000;

async function fetchConversation(
  { client }: Backend,
  siteDomain: string,
  id: string,
  signal: AbortSignal,
) {
  const conversation = unwrap(
    await client
      .from('conversations')
      .select(COLUMNS)
      .eq('site_domain', siteDomain)
      .eq('id', id)
      .order('sent_at', { referencedTable: 'messages' })
      .order('seq', { referencedTable: 'messages' })
      .order('id', { referencedTable: 'messages' })
      .order('occurred_at', { referencedTable: 'conversions' })
      .order('id', { referencedTable: 'conversions' })
      .abortSignal(signal)
      .single(),
  );
  const { messages } = conversation;
  for (let isFull = messages.length >= MOST_AT_ONCE; isFull; ) {
    const more = unwrap(
      await client
        .from('messages')
        .select()
        .eq('site_domain', siteDomain)
        .eq('conversation_id', id)
        .order('sent_at')
        .order('seq')
        .order('id')
        .range(messages.length, messages.length + MOST_AT_ONCE - 1)
        .abortSignal(signal),
    );
    messages.push(...more);
    isFull = more.length >= MOST_AT_ONCE;
  }
  return conversation;
}

export type Conversation = Awaited<ReturnType<typeof fetchConversation>>;
export type Message = Conversation['messages'][number];
export type ConversionEvent = Conversation['conversions'][number];

export function conversationQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [TRAFFIC, 'conversation', siteDomain, id],
    queryFn: ({ signal }) => fetchConversation(backend, siteDomain, id, signal),
  });
}

/** One conversation with its messages, conversions, visitor and session. */
export function useConversation(siteDomain: string, id: string) {
  return useQuery(conversationQuery(useBackend(), siteDomain, id));
}
