import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PRIVACY } from '@/data/keys';
import { askServer } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchChecks({ client }: Backend, sites: string[], signal: AbortSignal) {
  return unwrap(
    await client
      .from('audit_checks')
      .select('site_domain,checked_at,position,broken_at,reason')
      .in('site_domain', sites)
      .order('site_domain')
      .abortSignal(signal),
  );
}

export type AuditCheck = Awaited<ReturnType<typeof fetchChecks>>[number];

/** What was found when each chain of the audit log was last verified. */
export function useAuditChecks(sites: string[]) {
  const backend = useBackend();
  return useQuery({
    queryKey: [PRIVACY, 'checks', sites],
    queryFn: ({ signal }) => fetchChecks(backend, sites, signal),
  });
}

/** Verifies every chain now; staff may. */
export function useAuditVerification() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await askServer(backend, 'POST', 'privacy/v1/audit/verify');
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [PRIVACY, 'checks'] }),
  });
}
