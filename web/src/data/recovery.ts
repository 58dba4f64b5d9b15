import { useMutation } from '@tanstack/react-query';
import { unwrapAuth } from '@/data/auth-problem';
import { useBackend } from '@/lib/backend';

/** Asks for an e-mail with a link to choose a new password. */
export function useRecovery() {
  const { client } = useBackend();
  return useMutation({
    mutationFn: async (email: string) => {
      const redirectTo = `${window.location.origin}/reset-password`;
      unwrapAuth(await client.auth.resetPasswordForEmail(email, { redirectTo }));
    },
  });
}
