import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { type Access, useAccess } from '@/data/access';
import { ALL_DOMAINS } from '@/lib/filters';
import { notify } from '@/ui/notify';

/** As whom one sees the product; when that becomes another, in this tab or elsewhere, all is loaded anew. */
export function useFollowAccess(): Access | null {
  const { data = null } = useAccess();
  const queryClient = useQueryClient();
  const router = useRouter();
  const seen = useRef<Access | null>(null);

  useEffect(() => {
    const before = seen.current;
    seen.current = data;
    if (before === null || data === null) return;
    if (before.user_id === data.user_id && before.lacks_second_factor === data.lacks_second_factor)
      return;
    const isOver = before.is_viewing && !data.is_viewing;
    // What one person may see is never shown to another, not even for a moment.
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'access' });
    void router.navigate(
      isOver
        ? { to: '/users/$id', params: { id: before.user_id }, search: { domain: ALL_DOMAINS } }
        : { to: '/dashboard', search: { domain: ALL_DOMAINS } },
    );
    void router.invalidate();
    if (isOver) void notify({ message: 'You see the product as yourself again.' });
  }, [data, queryClient, router]);

  return data;
}
