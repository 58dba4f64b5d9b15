import { useRouter } from '@tanstack/react-router';
import { signOut } from '@/data/session';
import { useBackend } from '@/lib/backend';
import { toProblem } from '@/lib/errors';
import { notify } from '@/ui/notify';

/** Signs out, and says so when that failed. */
export function useLeave() {
  const backend = useBackend();
  const router = useRouter();
  return async () => {
    try {
      await signOut(backend);
      await router.navigate({ to: '/sign-in' });
    } catch (error) {
      await notify({
        color: 'red',
        title: 'You are still signed in',
        message: toProblem(error).message,
      });
    }
  };
}
