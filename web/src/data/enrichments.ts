import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type EnrichedSubject = { siteDomain: string } & (
  | { visitorId: string }
  | { accountId: string }
);

const COLUMNS =
  'id,field,value,source,confidence,observed_at,recorded_at,previous_value,previous_source,is_current';
// More than a cascade of half a dozen fields comes to; the newest are kept.
const LIMIT = 200;

async function fetchEnrichments(
  { client }: Backend,
  subject: EnrichedSubject,
  signal: AbortSignal,
) {
  const [column, id] =
    'visitorId' in subject
      ? (['visitor_id', subject.visitorId] as const)
      : (['account_id', subject.accountId] as const);
  return unwrap(
    await client
      .from('enrichments')
      .select(COLUMNS)
      .eq('site_domain', subject.siteDomain)
      .eq(column, id)
      .order('recorded_at', { ascending: false })
      .order('field')
      .limit(LIMIT)
      .abortSignal(signal),
  );
}

export type Enrichment = Awaited<ReturnType<typeof fetchEnrichments>>[number];

export function enrichmentsQuery(backend: Backend, subject: EnrichedSubject) {
  return queryOptions({
    queryKey: [TRAFFIC, 'enrichments', subject],
    queryFn: ({ signal }) => fetchEnrichments(backend, subject, signal),
  });
}

/** Every answer to who a visitor is, or what a company is, the newest first. */
export function useEnrichments(subject: EnrichedSubject) {
  return useQuery(enrichmentsQuery(useBackend(), subject));
}
