import { queryOptions, useQuery } from '@tanstack/react-query';
import { SECTIONS } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import { contentOf, type SectionContent } from '@/lib/section-content';

type Row = Database['public']['Functions']['list_section_versions']['Returns'][number];
export type SectionVersion = Nullable<Row, 'author' | 'restored_from' | 'published_at'>;

async function fetchVersions(
  { client }: Backend,
  siteDomain: string,
  id: string,
  signal: AbortSignal,
) {
  const rows: SectionVersion[] = unwrap(
    await client
      .rpc('list_section_versions', { p_site_domain: siteDomain, p_section_id: id })
      .abortSignal(signal),
  );
  return rows;
}

export function sectionVersionsQuery(backend: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [SECTIONS, 'versions', siteDomain, id],
    queryFn: ({ signal }) => fetchVersions(backend, siteDomain, id, signal),
  });
}

/** Who saved a section when, the latest first. */
export function useSectionVersions(siteDomain: string, id: string) {
  return useQuery(sectionVersionsQuery(useBackend(), siteDomain, id));
}

async function fetchContent(
  { client }: Backend,
  siteDomain: string,
  id: string,
  version: number,
  signal: AbortSignal,
): Promise<SectionContent> {
  const { content } = unwrap(
    await client
      .from('ai_section_versions')
      .select('content')
      .eq('site_domain', siteDomain)
      .eq('section_id', id)
      .eq('version', version)
      .abortSignal(signal)
      .single(),
  );
  return contentOf(content as Record<keyof SectionContent, unknown>);
}

/** What a version holds; it never changes. */
export function useVersionContent(siteDomain: string, id: string, version: number | null) {
  const backend = useBackend();
  return useQuery({
    queryKey: [SECTIONS, 'content', siteDomain, id, version],
    queryFn: ({ signal }) => fetchContent(backend, siteDomain, id, version ?? 0, signal),
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
