import type { ConversationSearch, ScopeSearchKey } from '@/lib/conversation-search';

type Filters = Omit<ConversationSearch, ScopeSearchKey | 'sort'>;

/** Every filter of the list, unset: what "clear" writes over the URL. */
export const NO_FILTERS: { [Key in keyof Required<Filters>]: undefined } = {
  q: undefined,
  conversions: undefined,
  messaged: undefined,
  country: undefined,
  page: undefined,
  turns: undefined,
  max_turns: undefined,
  scores: undefined,
  min_quality: undefined,
  max_quality: undefined,
  topics: undefined,
  intents: undefined,
  signals: undefined,
  language: undefined,
  device: undefined,
  referrer: undefined,
  account: undefined,
  visitor: undefined,
  review: undefined,
  unanswered: undefined,
  hour: undefined,
  weekday: undefined,
};

export function hasFilters(search: ConversationSearch): boolean {
  return filterCount(search) > 0;
}

export function filterCount(search: ConversationSearch): number {
  const keys = Object.keys(NO_FILTERS) as (keyof Filters)[];
  return keys.filter((key) => search[key] !== undefined).length;
}
