import { useQuery } from '@tanstack/react-query';
import { TICKETS } from '@/data/keys';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';

/** How tickets get to Rose's team. What is missing is told to staff alone. */
export type LinearHealth = {
  configured: boolean;
  is_admin: boolean;
  waiting: number;
  failing: boolean;
  last_error: string | null;
  last_detail: string | null;
  failed_at: string | null;
  paused_until: string | null;
  missing?: string[];
  missing_labels?: string[] | null;
  has_webhook?: boolean;
  webhook_url?: string;
};

const WHILE_WAITING = 5_000;

export function useLinear() {
  const backend = useBackend();
  return useQuery({
    queryKey: [TICKETS, 'linear'],
    queryFn: ({ signal }) =>
      askServerFor<LinearHealth>(backend, 'GET', 'support/v1/linear', undefined, signal),
    staleTime: 15_000,
    // While something waits, whether it can go out may change at any moment.
    refetchInterval: ({ state }) =>
      state.data?.configured && state.data.waiting > 0 ? WHILE_WAITING : false,
  });
}
