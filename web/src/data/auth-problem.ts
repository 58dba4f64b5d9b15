import { type AuthError, isAuthApiError, isAuthRetryableFetchError } from '@supabase/supabase-js';
import { Problem, type ProblemKind } from '@/lib/errors';

const KINDS: Record<string, ProblemKind> = {
  invalid_credentials: 'unauthorized',
  user_banned: 'forbidden',
  over_request_rate_limit: 'rate-limited',
  over_email_send_rate_limit: 'rate-limited',
};

/** What auth refused, as the pages show problems; `code` tells them which refusal it is. */
export function authProblem(error: AuthError): Problem {
  const status = error.status ?? 0;
  if (isAuthRetryableFetchError(error)) {
    return new Problem(status === 0 ? 'unreachable' : 'server', error.message, status);
  }
  const code = isAuthApiError(error) || error.code ? (error.code ?? null) : null;
  const byStatus = status === 429 ? 'rate-limited' : status >= 500 ? 'server' : 'invalid';
  return new Problem((code && KINDS[code]) || byStatus, error.message, status, code);
}

type AuthResult = { data: unknown; error: AuthError | null };

/** The data of an auth-js answer, or its error thrown as a `Problem`. */
export function unwrapAuth<Result extends AuthResult>(
  result: Result,
): Extract<Result, { error: null }>['data'] {
  if (result.error !== null) throw authProblem(result.error);
  return result.data;
}
