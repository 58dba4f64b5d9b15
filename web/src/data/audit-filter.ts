import type { Scope } from '@/data/scope';
import type { AuditSearch } from '@/lib/filters';

/** The filter argument that list_audit_log and count_audit_log share. */
export type AuditFilter = {
  from: string;
  to: string;
  search?: string;
  actor?: string;
  action?: string;
  subject_type?: string;
};

export function auditFilter(scope: Scope, search: AuditSearch): AuditFilter {
  return {
    from: scope.from,
    to: scope.to,
    ...(search.q && { search: search.q }),
    ...(search.actor && { actor: search.actor }),
    ...(search.action && { action: search.action }),
    ...(search.subject && { subject_type: search.subject }),
  };
}

/** Who sees every website they may also sees what belongs to none, which staff alone are given. */
export function auditDomains(siteDomains: string[], all: number): string[] {
  return siteDomains.length === all ? [...siteDomains, ''] : siteDomains;
}
