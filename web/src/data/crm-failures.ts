import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useIntegrationAct } from '@/data/integration';
import { CRM } from '@/data/keys';
import { newestFirst } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap, unwrapCount } from '@/lib/errors';

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
const PAGE_SIZE = 50;
const REFRESH_MS = 20_000;

async function fetchFailures(
  { client }: Backend,
  siteDomain: string,
  object: FailedObject | undefined,
  after: string | null,
  signal: AbortSignal,
): Promise<Failure[]> {
  let asked = client
    .from('crm_failures')
    .select(COLUMNS)
    .eq('site_domain', siteDomain)
    .is('resolved_at', null);
  if (object) asked = asked.eq('object', object);
  if (after) asked = asked.or(after);
  const rows = unwrap(
    await asked
      .order('failed_at', { ascending: false })
      .order('local_id', { ascending: false })
      .order('object', { ascending: false })
      .limit(PAGE_SIZE)
      .abortSignal(signal),
  );
  return rows as unknown as Failure[];
}

/** The records that HubSpot refuses, the latest first, a page at a time. */
export function useFailures(siteDomain: string, object?: FailedObject) {
  const backend = useBackend();
  return useInfiniteQuery({
    ...newestFirst<Failure>({
      queryKey: [CRM, 'failures', siteDomain, object ?? null],
      pageSize: PAGE_SIZE,
      by: ['failed_at', 'local_id', 'object'],
      fetchPage: (after, signal) => fetchFailures(backend, siteDomain, object, after, signal),
    }),
    refetchInterval: REFRESH_MS,
  });
}

async function countFailures({ client }: Backend, siteDomain: string, signal: AbortSignal) {
  return unwrapCount(
    await client
      .from('crm_failures')
      .select('local_id', { count: 'exact', head: true })
      .eq('site_domain', siteDomain)
      .is('resolved_at', null)
      .abortSignal(signal),
  );
}

/** How many records HubSpot refuses. */
export function useFailureCount(siteDomain: string) {
  const backend = useBackend();
  return useQuery({
    queryKey: [CRM, 'failure-count', siteDomain],
    queryFn: ({ signal }) => countFailures(backend, siteDomain, signal),
    refetchInterval: REFRESH_MS,
  });
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
