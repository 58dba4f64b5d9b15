import {
  type AuthError,
  isAuthRetryableFetchError,
  isAuthSessionMissingError,
} from '@supabase/supabase-js';
import { Problem, type ProblemKind } from '@/lib/errors';
import { readAuthMessage } from '@/lib/request-id';

const KINDS: Record<string, ProblemKind> = {
  invalid_credentials: 'unauthorized',
  session_not_found: 'unauthorized',
  user_banned: 'forbidden',
  over_request_rate_limit: 'rate-limited',
  over_email_send_rate_limit: 'rate-limited',
};

/** What auth refused, as the pages show problems; `code` tells them which refusal it is. */
export function authProblem(error: AuthError): Problem {
  const status = error.status ?? 0;
  const told = readAuthMessage(error.message);
  if (isAuthRetryableFetchError(error)) {
    if (status === 0) return new Problem('unreachable', told.message, status);
    // Where a proxy answered, auth-js found no words.
    const message = told.message === '{}' ? 'The server is not available.' : told.message;
    return new Problem('server', message, status, told.code, told.requestId);
  }
  const code = isAuthSessionMissingError(error) ? 'session_not_found' : (error.code ?? told.code);
  const byStatus = status === 429 ? 'rate-limited' : status >= 500 ? 'server' : 'invalid';
  const kind = (code && KINDS[code]) || byStatus;
  return new Problem(kind, told.message, status, code, told.requestId);
}

type AuthResult = { data: unknown; error: AuthError | null };

/** The data of an auth-js answer, or its error thrown as a `Problem`. */
export function unwrapAuth<Result extends AuthResult>(
  result: Result,
): Extract<Result, { error: null }>['data'] {
  if (result.error !== null) throw authProblem(result.error);
  return result.data;
}
