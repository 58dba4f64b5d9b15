import { queryOptions, useQuery } from '@tanstack/react-query';
import { SECTIONS } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

// As many as a domain may have, of a few domains at once.
const MOST = 1000;

async function fetchSections(
  { client }: Backend,
  siteDomains: string[],
  archived: boolean,
  signal: AbortSignal,
) {
  const asked = client
    .from('ai_sections')
    .select(
      'site_domain,id,slug,position,enabled,title,questions,version,published_version,published_at,updated_at,archived_at',
    )
    .in('site_domain', siteDomains);
  const found = archived ? asked.not('archived_at', 'is', null) : asked.is('archived_at', null);
  return unwrap(
    await found.order('site_domain').order('position').order('id').limit(MOST).abortSignal(signal),
  );
}

export type ListedSection = Awaited<ReturnType<typeof fetchSections>>[number];

export function sectionsQuery(backend: Backend, siteDomains: string[], archived: boolean) {
  return queryOptions({
    queryKey: [SECTIONS, 'list', siteDomains, archived],
    queryFn: ({ signal }) => fetchSections(backend, siteDomains, archived, signal),
  });
}

/** The sections of some domains in their order, or those that were put away. */
export function useSections(siteDomains: string[], archived: boolean) {
  return useQuery(sectionsQuery(useBackend(), siteDomains, archived));
}
