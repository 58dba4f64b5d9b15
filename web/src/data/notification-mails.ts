import { useQuery } from '@tanstack/react-query';
import { accessQuery } from '@/data/access';
import { NOTIFICATIONS } from '@/data/notifications';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';

export type SentMail = Pick<
  Database['public']['Tables']['notification_mails']['Row'],
  'site_domain' | 'kind' | 'occasion' | 'status' | 'queued_at' | 'sent_at' | 'problem'
>;

export const MOST_MAILS = 50;

async function fetchMails(
  { client }: Backend,
  id: string,
  signal: AbortSignal,
): Promise<SentMail[]> {
  return unwrap(
    await client
      .from('notification_mails')
      .select('site_domain,kind,occasion,status,queued_at,sent_at,problem')
      .eq('user_id', id)
      .order('queued_at', { ascending: false })
      .limit(MOST_MAILS)
      .abortSignal(signal),
  );
}

/** The newest e-mails about websites to the signed-in person, or to whom they see the product as. */
export function useSentMails() {
  const backend = useBackend();
  return useQuery({
    queryKey: [NOTIFICATIONS, 'mails'],
    queryFn: async ({ client, signal }) => {
      const access = await client.ensureQueryData(accessQuery(backend));
      return fetchMails(backend, access?.user_id ?? '', signal);
    },
  });
}
