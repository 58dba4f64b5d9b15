import type { Scope } from '@/data/scope';
import { type ConversationSearch, parseConversationSearch } from '@/lib/conversation-search';
import { NOTHING } from '@/lib/filters';

/** The filter argument that listing, counting and exporting conversations share. */
export type ConversationFilter = { from: string; to: string } & {
  [key: string]: string | number | boolean | string[] | number[];
};

// What the filter calls what the address calls otherwise.
const NAMES: Partial<Record<keyof ConversationSearch, string>> = {
  q: 'search',
  turns: 'min_turns',
  account: 'account_id',
  visitor: 'visitor_id',
};
const NO_FILTER = new Set(['domain', 'from', 'to', 'sort']);

export function conversationFilter(scope: Scope, search: ConversationSearch): ConversationFilter {
  const filter: ConversationFilter = { from: scope.from, to: scope.to };
  // An address may hold what is no filter: whoever sends a link on adds marks of their own.
  for (const [key, value] of Object.entries(parseConversationSearch(search))) {
    if (value === undefined || NO_FILTER.has(key)) continue;
    filter[NAMES[key as keyof ConversationSearch] ?? key] = value === NOTHING ? '' : value;
  }
  return filter;
}
