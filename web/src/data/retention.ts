import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PRIVACY } from '@/data/keys';
import { askServer, askServerFor } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

/** How often a run that goes on is looked at. */
const REFRESH_MS = 2_000;
const RUNS = 500;
/** How long after it was asked for a run is waited for, until a worker takes it. */
const WAIT_MS = 30_000;

async function fetchRetention({ client }: Backend, siteDomains: string[], signal: AbortSignal) {
  const [policies, runs] = await Promise.all([
    client
      .from('retention_policies')
      .select('site_domain,days,set_at')
      .in('site_domain', siteDomains)
      .abortSignal(signal),
    client
      .from('retention_runs')
      .select(
        'site_domain,id,days,cutoff,state,started_at,finished_at,conversations,messages,events',
      )
      .in('site_domain', siteDomains)
      .order('started_at', { ascending: false })
      .limit(RUNS)
      .abortSignal(signal),
  ]);
  return { policies: unwrap(policies), runs: unwrap(runs) };
}

export type RetentionRun = Awaited<ReturnType<typeof fetchRetention>>['runs'][number];

/** How long the texts of websites are kept, and what was deleted when. */
export function useRetention(siteDomains: string[], askedAt: number | null) {
  const backend = useBackend();
  return useQuery({
    queryKey: [PRIVACY, 'retention', siteDomains],
    queryFn: ({ signal }) => fetchRetention(backend, siteDomains, signal),
    refetchInterval: ({ state }) => {
      const awaited = askedAt !== null && Date.now() - askedAt < WAIT_MS;
      return awaited || state.data?.runs.some((run) => run.state === 'running')
        ? REFRESH_MS
        : false;
    },
  });
}

/** What a limit would delete now, and of which days. */
export type RetentionPreview = {
  cutoff: string;
  conversations: number;
  messages: number;
  first_day: string | null;
  last_day: string | null;
  events: number;
  first_event_day: string | null;
};

export function useRetentionPreview(siteDomain: string) {
  const backend = useBackend();
  return useMutation({
    mutationFn: (days: number) =>
      askServerFor<RetentionPreview>(
        backend,
        'GET',
        `privacy/v1/domains/${siteDomain}/retention?days=${days}`,
      ),
  });
}

/** Has texts deleted after so many days; null keeps them. */
export function useRetentionChange(siteDomain: string) {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (days: number | null) => {
      await askServer(backend, 'PUT', `privacy/v1/domains/${siteDomain}/retention`, {
        body: { days },
      });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [PRIVACY, 'retention'] }),
  });
}

/** Deletes what is due now, instead of at night. */
export function useRetentionRun() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await askServer(backend, 'POST', 'privacy/v1/retention/run');
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [PRIVACY, 'retention'] }),
  });
}
