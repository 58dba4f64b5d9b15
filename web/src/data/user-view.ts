import { useMutation, useQueryClient } from '@tanstack/react-query';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';

/** Sees the product as a client user from now on. */
export function useStartView() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (userId: string) =>
      askServerFor<{ ends_at: string }>(backend, 'POST', 'users/v1/view', { user_id: userId }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['access'] }),
  });
}

/** Sees the product as oneself again. */
export function useEndView() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => askServerFor<undefined>(backend, 'DELETE', 'users/v1/view'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['access'] }),
  });
}
