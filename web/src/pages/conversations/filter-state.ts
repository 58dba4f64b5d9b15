import type { ConversationSearch, ScopeSearch } from '@/lib/filters';

type Filters = Omit<ConversationSearch, keyof ScopeSearch>;

/** Every filter of the list, unset: what "clear" writes over the URL. */
export const NO_FILTERS: { [Key in keyof Required<Filters>]: undefined } = {
  q: undefined,
  conversions: undefined,
  messaged: undefined,
  country: undefined,
  page: undefined,
  turns: undefined,
};

export function hasFilters(search: ConversationSearch): boolean {
  return filterCount(search) > 0;
}

export function filterCount(search: ConversationSearch): number {
  const keys = Object.keys(NO_FILTERS) as (keyof Filters)[];
  return keys.filter((key) => search[key] !== undefined).length;
}
