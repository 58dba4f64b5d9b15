import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

const COLUMNS =
  'id,interest_score,demo_booked,cta_clicked,demo_proposed,visitor_message_count,signals';

async function fetchInterest(
  { client }: Backend,
  siteDomain: string,
  visitorId: string,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .from('conversations')
      .select(COLUMNS)
      .eq('site_domain', siteDomain)
      .eq('visitor_id', visitorId)
      .eq('counts', true)
      .order('interest_score', { ascending: false })
      .order('started_at', { ascending: false })
      .limit(1)
      .abortSignal(signal)
      .maybeSingle(),
  );
}

export function visitorInterestQuery(backend: Backend, siteDomain: string, visitorId: string) {
  return queryOptions({
    queryKey: [TRAFFIC, 'visitor-interest', siteDomain, visitorId],
    queryFn: ({ signal }) => fetchInterest(backend, siteDomain, visitorId, signal),
  });
}

/** The conversation that gave a visitor its interest score; null without any. */
export function useVisitorInterest(siteDomain: string, visitorId: string) {
  return useQuery(visitorInterestQuery(useBackend(), siteDomain, visitorId));
}
