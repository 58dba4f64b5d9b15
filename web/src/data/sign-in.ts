import type { Session } from '@supabase/supabase-js';
import { useMutation } from '@tanstack/react-query';
import { unwrapAuth } from '@/data/auth-problem';
import { type Backend, useBackend } from '@/lib/backend';
import { Problem } from '@/lib/errors';

export type Credentials = { email: string; password: string };

async function signIn({ client }: Backend, credentials: Credentials): Promise<Session> {
  try {
    return unwrapAuth(await client.auth.signInWithPassword(credentials)).session;
  } catch (error) {
    // Whatever is wrong with what was typed, it does not sign in.
    if (error instanceof Problem && error.status === 400) {
      const kind = error.kind === 'invalid' ? 'unauthorized' : error.kind;
      throw new Problem(kind, error.message, error.status, error.code);
    }
    throw error;
  }
}

export function useSignIn() {
  const backend = useBackend();
  return useMutation({ mutationFn: (credentials: Credentials) => signIn(backend, credentials) });
}
