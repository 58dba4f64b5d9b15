import { queryOptions, useQuery } from '@tanstack/react-query';
import { useIntegrationAct } from '@/data/integration';
import { CRM } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export const FAILED_OBJECTS = ['contact', 'company', 'association', 'note'] as const;
export type FailedObject = (typeof FAILED_OBJECTS)[number];
export type FailedRecord = { object: FailedObject; local_id: string };

export type Failure = FailedRecord & {
  run_id: string;
  label: string;
  category: string;
  reason: string;
  field: string | null;
  payload: Record<string, string>;
  attempts: number;
  failed_at: string;
};

const COLUMNS = 'object,local_id,run_id,label,category,reason,field,payload,attempts,failed_at';
const LIMIT = 200;

async function fetchFailures(
  { client }: Backend,
  siteDomain: string,
  object: FailedObject | undefined,
  signal: AbortSignal,
): Promise<Failure[]> {
  let asked = client
    .from('crm_failures')
    .select(COLUMNS)
    .eq('site_domain', siteDomain)
    .is('resolved_at', null);
  if (object) asked = asked.eq('object', object);
  const rows = unwrap(
    await asked
      .order('failed_at', { ascending: false })
      .order('local_id', { ascending: false })
      .limit(LIMIT)
      .abortSignal(signal),
  );
  return rows as unknown as Failure[];
}

function failuresQuery(backend: Backend, siteDomain: string, object?: FailedObject) {
  return queryOptions({
    queryKey: [CRM, 'failures', siteDomain, object ?? null],
    queryFn: ({ signal }) => fetchFailures(backend, siteDomain, object, signal),
    refetchInterval: 20_000,
  });
}

/** The records that HubSpot refuses, the latest first. */
export function useFailures(siteDomain: string, object?: FailedObject) {
  return useQuery(failuresQuery(useBackend(), siteDomain, object));
}

/** Tries records again; without any, all of them. */
export function useRetry(siteDomain: string) {
  return useIntegrationAct<FailedRecord[] | null, { id: string }>(siteDomain, (records) => ({
    path: 'failures/retry',
    body: records === null ? {} : { records },
  }));
}

export function useDismiss(siteDomain: string) {
  return useIntegrationAct<FailedRecord, unknown>(siteDomain, ({ object, local_id }) => ({
    path: 'failures/dismiss',
    body: { object, local_id },
  }));
}
