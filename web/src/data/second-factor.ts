import type { Session } from '@supabase/supabase-js';
import { useMutation } from '@tanstack/react-query';
import { unwrapAuth } from '@/data/auth-problem';
import { currentSession } from '@/data/session';
import { type Backend, useBackend } from '@/lib/backend';
import { Problem } from '@/lib/errors';

function assuranceLevel(accessToken: string): unknown {
  const payload = accessToken.split('.')[1] ?? '';
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).aal;
}

/** The authenticator apps that protect the account. */
export function verifiedFactors(session: Session) {
  return (session.user.factors ?? []).filter((factor) => factor.status === 'verified');
}

/** Whether the password was right, but the code of the authenticator app is still to come. */
export function needsSecondFactor(session: Session): boolean {
  return verifiedFactors(session).length > 0 && assuranceLevel(session.access_token) !== 'aal2';
}

/** The code may be of any of the account's apps: each is asked until one fits. */
async function proveSecondFactor(backend: Backend, code: string): Promise<void> {
  const session = await currentSession(backend);
  if (session === null) throw new Problem('unauthorized', 'Your session has ended.', 401);
  let refusal: unknown = null;
  for (const factor of verifiedFactors(session)) {
    const params = { factorId: factor.id, code };
    try {
      unwrapAuth(await backend.client.auth.mfa.challengeAndVerify(params));
      return;
    } catch (error) {
      refusal = error;
      if (!(error instanceof Problem && error.code === 'mfa_verification_failed')) break;
    }
  }
  throw refusal;
}

export function useSecondFactor() {
  const backend = useBackend();
  return useMutation({ mutationFn: (code: string) => proveSecondFactor(backend, code) });
}
