import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { AuditFilter } from '@/data/audit-filter';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchCount(
  { client }: Backend,
  siteDomains: string[],
  filter: AuditFilter,
  signal: AbortSignal,
): Promise<number> {
  return unwrap(
    await client
      .rpc('count_audit_log', { p_site_domains: siteDomains, p_filter: filter })
      .abortSignal(signal),
  );
}

export function auditLogCountQuery(backend: Backend, siteDomains: string[], filter: AuditFilter) {
  return queryOptions({
    queryKey: ['audit-log', 'count', siteDomains, filter],
    queryFn: ({ signal }) => fetchCount(backend, siteDomains, filter, signal),
    placeholderData: keepPreviousData,
  });
}

/** How many entries of the audit log the filter finds, exactly. */
export function useAuditLogCount(siteDomains: string[], filter: AuditFilter) {
  return useQuery(auditLogCountQuery(useBackend(), siteDomains, filter));
}
