import { useMutation } from '@tanstack/react-query';
import { unwrapAuth } from '@/data/auth-problem';
import { useBackend } from '@/lib/backend';

type NewPassword = {
  password: string;
  currentPassword?: string;
  fullName?: string;
  nonce?: string;
};

/** Sets the password of the signed-in person, and their name when it is given. */
export function usePassword() {
  const { client } = useBackend();
  return useMutation({
    mutationFn: async ({ password, currentPassword, fullName, nonce }: NewPassword) => {
      const data = fullName === undefined ? undefined : { full_name: fullName };
      const change = { password, current_password: currentPassword, data, nonce };
      unwrapAuth(await client.auth.updateUser(change));
    },
  });
}
