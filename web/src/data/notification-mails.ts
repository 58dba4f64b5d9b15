import { useQuery } from '@tanstack/react-query';
import { NOTIFICATIONS } from '@/data/notifications';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';

export type SentMail = Pick<
  Database['public']['Tables']['notification_mails']['Row'],
  'site_domain' | 'kind' | 'occasion' | 'status' | 'queued_at' | 'sent_at' | 'problem'
>;

const MOST = 50;

async function fetchMails({ client }: Backend, signal: AbortSignal): Promise<SentMail[]> {
  const { data } = await client.auth.getSession();
  return unwrap(
    await client
      .from('notification_mails')
      .select('site_domain,kind,occasion,status,queued_at,sent_at,problem')
      .eq('user_id', data.session?.user.id ?? '')
      .order('queued_at', { ascending: false })
      .limit(MOST)
      .abortSignal(signal),
  );
}

/** The newest e-mails about websites to the signed-in person, and what became of each. */
export function useSentMails() {
  const backend = useBackend();
  return useQuery({
    queryKey: [NOTIFICATIONS, 'mails'],
    queryFn: ({ signal }) => fetchMails(backend, signal),
  });
}
