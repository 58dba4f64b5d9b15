import { queryOptions, useQuery } from '@tanstack/react-query';
import { SECTIONS } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';

export type Section = Database['public']['Tables']['ai_sections']['Row'];

async function fetchSection(
  { client }: Backend,
  siteDomain: string,
  id: string,
  signal: AbortSignal,
): Promise<Section> {
  return unwrap(
    await client
      .from('ai_sections')
      .select()
      .eq('site_domain', siteDomain)
      .eq('id', id)
      .abortSignal(signal)
      .single(),
  );
}

export function sectionQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [SECTIONS, 'one', siteDomain, id],
    queryFn: ({ signal }) => fetchSection(backend, siteDomain, id, signal),
  });
}

/** A section with its draft. */
export function useSection(siteDomain: string, id: string) {
  return useQuery(sectionQuery(useBackend(), siteDomain, id));
}
