import { useQuery } from '@tanstack/react-query';
import { NOTIFICATIONS } from '@/data/notifications';
import type { Alert } from '@/lib/alerts';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export const MOST_ALERTS = 100;
const REFRESH_MS = 60_000;

async function fetchAlerts({ client }: Backend, domain: string | null, signal: AbortSignal) {
  let query = client
    .from('alerts')
    .select('site_domain,id,kind,started_at,figures,ended_at,end_reason')
    // What is open comes first, however long ago it began.
    .order('ended_at', { ascending: false, nullsFirst: true })
    .order('started_at', { ascending: false })
    .limit(MOST_ALERTS);
  if (domain !== null) query = query.eq('site_domain', domain);
  return unwrap(await query.abortSignal(signal)) as unknown as Alert[];
}

/** The alerts of a website, or of all that one sees: the open ones first, then the newest. */
export function useAlerts(domain: string | null) {
  const backend = useBackend();
  return useQuery({
    queryKey: [NOTIFICATIONS, 'alerts', domain],
    queryFn: ({ signal }) => fetchAlerts(backend, domain, signal),
    refetchInterval: REFRESH_MS,
  });
}
