import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { AuditFilter } from '@/data/audit-filter';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database, Json } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['list_audit_log']['Returns'][number];
export type AuditEntry = Nullable<Row, 'actor_id' | 'actor_label' | 'address_hash'>;

export const PAGE_SIZE = 50;

async function fetchPage(
  { client }: Backend,
  siteDomains: string[],
  filter: AuditFilter,
  after: Json,
  signal: AbortSignal,
): Promise<AuditEntry[]> {
  return unwrap(
    await client
      .rpc('list_audit_log', {
        p_site_domains: siteDomains,
        p_filter: filter,
        p_limit: PAGE_SIZE,
        p_after: after,
      })
      .abortSignal(signal),
  );
}

export function auditLogListQuery(backend: Backend, siteDomains: string[], filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit-log', 'list', siteDomains, filter],
    queryFn: ({ pageParam, signal }) => fetchPage(backend, siteDomains, filter, pageParam, signal),
    initialPageParam: null as Json,
    getNextPageParam: (page): Json | undefined =>
      page.length < PAGE_SIZE ? undefined : page.at(-1)?.cursor,
    placeholderData: keepPreviousData,
  });
}

/** Entries of the audit log, newest first, a page at a time. */
export function useAuditLogList(siteDomains: string[], filter: AuditFilter) {
  return useInfiniteQuery(auditLogListQuery(useBackend(), siteDomains, filter));
}
