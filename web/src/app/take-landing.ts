import type { Backend } from '@/lib/backend';
import { type Landing, readLanding } from '@/lib/landing';

/** Signs in with what a link, or another service, brought along, and takes it out of the address at once. */
export async function takeLanding(backend: Backend): Promise<Backend> {
  const { hash, pathname, search } = window.location;
  if (hash === '') return backend;
  const { data } = await backend.client.auth.getSession();
  const landing = readLanding(hash, pathname + search, data.session !== null);
  if (landing === null) return backend;

  window.history.replaceState(null, '', landing.path);
  const { notice, tokens } = landing;
  if (tokens === null) return { ...backend, notice };
  if (tokens.isEmailChange && (await staysSignedIn(backend, tokens))) return { ...backend, notice };
  const { error } = await backend.client.auth.setSession(tokens);
  if (error === null) return { ...backend, notice };
  window.history.replaceState(null, '', '/sign-in');
  return { ...backend, notice: 'refused' };
}

/**
 * Who confirms a new address where they are signed in goes on with that session, which may have proved
 * more than the link does; the link's own session ends.
 */
async function staysSignedIn(
  { client }: Backend,
  tokens: NonNullable<Landing['tokens']>,
): Promise<boolean> {
  const { data } = await client.auth.refreshSession();
  if (data.session === null || data.session.user.id !== subjectOf(tokens.access_token))
    return false;
  await client.auth.admin.signOut(tokens.access_token, 'local');
  return true;
}

function subjectOf(accessToken: string): unknown {
  const payload = accessToken.split('.')[1] ?? '';
  try {
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))).sub;
  } catch {
    return null;
  }
}
