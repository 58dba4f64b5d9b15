import { oneOf, parseScope, type Raw, type ScopeSearch, text } from '@/lib/filters';

export const CLIENT_STATUSES = ['archived', 'all'] as const;
export type ClientStatus = (typeof CLIENT_STATUSES)[number];

export const CLIENT_TABS = ['overview', 'keys', 'hosts', 'timezone', 'archive'] as const;
export type ClientTab = (typeof CLIENT_TABS)[number];

/** Active clients need no word in the address. */
export type ClientsSearch = ScopeSearch & { q?: string; status?: ClientStatus };

export function parseClientsSearch(raw: Raw): ClientsSearch {
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    status: oneOf(raw.status, CLIENT_STATUSES),
  };
}

export function parseClientPanel(raw: Raw): { tab?: ClientTab } {
  return { tab: oneOf(raw.tab, CLIENT_TABS) };
}
