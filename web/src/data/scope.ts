import type { Domain } from '@/data/domains';
import { type DayRange, lastDays, latestToday } from '@/lib/dates';
import { ALL_DOMAINS, type ScopeSearch } from '@/lib/filters';

/** Which websites and which of their own calendar days a page shows. */
export type Scope = DayRange & {
  siteDomains: string[];
  /** The one domain shown, also where all of one's domains are one, or null for several. */
  domain: Domain | null;
};

export const DEFAULT_DAYS = 28;

/** Timezone of one domain, or how many different ones the sum is made of. */
export function timezonesOf(domains: Domain[]): string[] {
  return [...new Set(domains.map((domain) => domain.timezone))].sort();
}

export function domainsIn(search: ScopeSearch, domains: Domain[]): Domain[] {
  if (search.domain === ALL_DOMAINS) return domains;
  return domains.filter((domain) => domain.site_domain === search.domain);
}

/** The current day where the newest figures are. */
export function endOf(search: ScopeSearch, domains: Domain[]): string {
  return latestToday(timezonesOf(domainsIn(search, domains)));
}

/** What the URL leaves open, filled in, so that the address bar always reproduces the view. */
export function fillScope(search: ScopeSearch, domains: Domain[]): Required<ScopeSearch> {
  const only = domains.length === 1 ? domains[0]?.site_domain : undefined;
  const domain = search.domain ?? only ?? ALL_DOMAINS;
  const range =
    search.from && search.to
      ? { from: search.from, to: search.to }
      : lastDays(DEFAULT_DAYS, endOf({ domain }, domains));
  return { domain, ...range };
}

export function scopeOf(search: ScopeSearch, domains: Domain[]): Scope {
  const { domain, from, to } = fillScope(search, domains);
  const shown = domainsIn({ domain }, domains);
  return {
    from,
    to,
    siteDomains: shown.map((each) => each.site_domain),
    domain: (shown.length === 1 && shown[0]) || null,
  };
}
