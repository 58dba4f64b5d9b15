import type { Scope } from '@/data/scope';
import type { ConversationSearch } from '@/lib/filters';

/** The filter argument that list_conversations and count_conversations share. */
export type ConversationFilter = {
  from: string;
  to: string;
  search?: string;
  conversions?: string[];
  messaged?: boolean;
  country?: string;
  page?: string;
  min_turns?: number;
};

export function conversationFilter(scope: Scope, search: ConversationSearch): ConversationFilter {
  return {
    from: scope.from,
    to: scope.to,
    ...(search.q && { search: search.q }),
    ...(search.conversions && { conversions: search.conversions }),
    ...(search.messaged && { messaged: true }),
    ...(search.country && { country: search.country }),
    ...(search.page && { page: search.page }),
    ...(search.turns && { min_turns: search.turns }),
  };
}
