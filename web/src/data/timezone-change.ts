import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { CLIENTS, TRAFFIC } from '@/data/keys';
import { useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type TimezoneChange = {
  id: string;
  from_timezone: string;
  to_timezone: string;
  state: string;
  done: number;
  total: number | null;
  error: string | null;
  requested_at: string;
  finished_at: string | null;
};

const WHILE_RUNNING_MS = 1_000;

export function isOpen(change: TimezoneChange | null | undefined): boolean {
  return change?.state === 'waiting' || change?.state === 'running';
}

/** The latest change of a website's timezone, followed while it runs; figures are asked for anew at its end. */
export function useTimezoneChange(siteDomain: string) {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  const query = useQuery({
    queryKey: [CLIENTS, 'timezone', siteDomain],
    queryFn: async ({ signal }): Promise<TimezoneChange | null> =>
      unwrap(
        await client
          .from('timezone_changes')
          .select('id,from_timezone,to_timezone,state,done,total,error,requested_at,finished_at')
          .eq('site_domain', siteDomain)
          .order('requested_at', { ascending: false })
          .limit(1)
          .abortSignal(signal)
          .maybeSingle(),
      ),
    refetchInterval: ({ state }) => (isOpen(state.data) ? WHILE_RUNNING_MS : false),
  });

  // One that ends between two looks was never seen to run.
  const { data } = query;
  const ended = data === undefined || isOpen(data) ? undefined : (data?.id ?? null);
  const seen = useRef<string | null>(undefined);
  useEffect(() => {
    if (ended !== undefined && seen.current !== undefined && ended !== seen.current) {
      for (const queryKey of [['domains'], [TRAFFIC], [CLIENTS]]) {
        void queryClient.invalidateQueries({ queryKey });
      }
    }
    if (data !== undefined) seen.current = ended ?? null;
  }, [data, ended, queryClient]);
  return query;
}
