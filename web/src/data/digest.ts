import { useQuery } from '@tanstack/react-query';
import { NOTIFICATIONS } from '@/data/notifications';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';

export type Digest = { first: string; last: string; subject: string; text: string; html: string };

/** The weekly digest as the signed-in person would get it: of the last whole week. */
export function useDigest(siteDomain: string) {
  const backend = useBackend();
  return useQuery({
    queryKey: [NOTIFICATIONS, 'digest', siteDomain],
    queryFn: ({ signal }) =>
      askServerFor<Digest>(
        backend,
        'GET',
        `notifications/v1/digest/${encodeURIComponent(siteDomain)}`,
        undefined,
        signal,
      ),
    gcTime: 0,
  });
}
