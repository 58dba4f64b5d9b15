import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type Run = { done: number; total: number; state: string; error: string | null };

const WHILE_RUNNING_MS = 1_500;
const UNTIL_ANNOUNCED_MS = 4_000;
const REFETCH_FIGURES_MS = 5_000;

async function fetchRun({ client }: Backend, signal: AbortSignal): Promise<Run | null> {
  return unwrap(
    await client
      .from('background_runs')
      .select('done,total,state,error')
      .eq('kind', 'demo')
      .order('started_at', { ascending: false })
      .limit(1)
      .abortSignal(signal)
      .maybeSingle(),
  );
}

/** The load of made-up traffic, asked for only on an instance that makes some, and until it is over. */
export function demoTrafficQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['demo-traffic'],
    queryFn: ({ signal }) => fetchRun(backend, signal),
    enabled: backend.config.demo,
    refetchInterval: ({ state }) => {
      if (state.data == null) return UNTIL_ANNOUNCED_MS;
      return state.data.state === 'running' ? WHILE_RUNNING_MS : false;
    },
  });
}

/** Whether days are still missing, as whoever follows the load last heard; also after one that failed. */
export function useIsDemoLoading(): boolean {
  const { data, isLoading } = useQuery({
    ...demoTrafficQuery(useBackend()),
    refetchInterval: false,
    select: (run) => run !== null && run.state !== 'done',
  });
  return data ?? isLoading;
}

/** Follows the load and keeps the figures fresh while it runs. */
export function useDemoTraffic(): Run | null {
  const queryClient = useQueryClient();
  const { data } = useQuery(demoTrafficQuery(useBackend()));
  const running = data?.state === 'running';

  useEffect(() => {
    if (!running) return;
    const refetch = () => queryClient.invalidateQueries({ queryKey: [TRAFFIC] });
    const timer = setInterval(refetch, REFETCH_FIGURES_MS);
    return () => {
      clearInterval(timer);
      // The last rows arrived after the last tick.
      refetch();
    };
  }, [running, queryClient]);

  return data ?? null;
}
