import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { askServerFor } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

/** What somebody gets about a website: since when, or null when they do not. */
export type Choice = {
  site_domain: string;
  name: string;
  timezone: string;
  digest_since: string | null;
  alerts_since: string | null;
  next_digest_at: string | null;
};

export const NOTIFICATIONS = 'notifications';
const CHOICES = [NOTIFICATIONS, 'choices'];

async function fetchChoices({ client }: Backend, signal: AbortSignal) {
  const rows = unwrap(await client.rpc('get_my_notifications').abortSignal(signal));
  return rows as unknown as Choice[];
}

function choicesQuery(backend: Backend) {
  return queryOptions({
    queryKey: CHOICES,
    queryFn: ({ signal }) => fetchChoices(backend, signal),
  });
}

/** Every website the signed-in person sees, with what they get about it. */
export function useChoices() {
  return useQuery(choicesQuery(useBackend()));
}

export type Kind = 'digest' | 'alerts';
type Wanted = { siteDomain: string; kind: Kind; on: boolean };

/** Turns the digest or the alerts of a website on or off. */
export function useChoose() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ siteDomain, kind, on }: Wanted) => {
      unwrap(
        await backend.client.rpc('save_notification_choice', {
          p_site_domain: siteDomain,
          ...(kind === 'digest' ? { p_digest: on } : { p_alerts: on }),
        }),
      );
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: CHOICES }),
  });
}

/** Whether this server sends e-mails at all, or keeps them in its own mailbox. */
export type MailWay = { sends: boolean; mailbox: boolean };

export function useMailWay() {
  const backend = useBackend();
  return useQuery({
    queryKey: [NOTIFICATIONS, 'mail'],
    queryFn: ({ signal }) =>
      askServerFor<MailWay>(backend, 'GET', 'notifications/v1/mail', undefined, signal),
    staleTime: 5 * 60_000,
  });
}
