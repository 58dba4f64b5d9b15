import { queryOptions, useQuery } from '@tanstack/react-query';
import { SECTIONS, TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchClicks({ client }: Backend, scope: Scope, signal: AbortSignal) {
  const rows = unwrap(
    await client
      .rpc('get_section_clicks', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
      })
      .abortSignal(signal),
  );
  return new Map(rows.map((row) => [clicksKey(row.site_domain, row.slug), row.clicks]));
}

export function clicksKey(siteDomain: string, slug: string): string {
  return `${siteDomain} ${slug}`;
}

export function sectionClicksQuery(backend: Backend, scope: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, SECTIONS, 'clicks', scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchClicks(backend, scope, signal),
  });
}

/** Clicks on the questions of each section in the range, by `clicksKey`; none is no entry. */
export function useSectionClicks(scope: Scope) {
  return useQuery(sectionClicksQuery(useBackend(), scope));
}
