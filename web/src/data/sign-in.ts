import { isAuthApiError, isAuthRetryableFetchError } from '@supabase/supabase-js';
import { useMutation } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import { Problem, type ProblemKind } from '@/lib/errors';

export type Credentials = { email: string; password: string };

const KINDS: Record<string, ProblemKind> = {
  invalid_credentials: 'unauthorized',
  validation_failed: 'unauthorized',
  user_banned: 'forbidden',
  over_request_rate_limit: 'rate-limited',
};

const KINDS_BY_STATUS: Record<number, ProblemKind> = { 400: 'unauthorized', 429: 'rate-limited' };

async function signIn({ client }: Backend, credentials: Credentials): Promise<void> {
  const { error } = await client.auth.signInWithPassword(credentials);
  if (error === null) return;

  const status = error.status ?? 0;
  if (isAuthRetryableFetchError(error)) {
    throw new Problem(status === 0 ? 'unreachable' : 'server', error.message, status);
  }
  const byStatus = KINDS_BY_STATUS[status] ?? 'server';
  const code = isAuthApiError(error) ? (error.code ?? null) : null;
  throw new Problem((code && KINDS[code]) || byStatus, error.message, status, code);
}

export function useSignIn() {
  const backend = useBackend();
  return useMutation({ mutationFn: (credentials: Credentials) => signIn(backend, credentials) });
}
