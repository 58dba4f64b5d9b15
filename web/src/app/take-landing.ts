import type { Backend } from '@/lib/backend';
import { readLanding } from '@/lib/landing';

/** Signs in with what a link, or another service, brought along, and takes it out of the address at once. */
export async function takeLanding(backend: Backend): Promise<Backend> {
  const { hash, pathname, search } = window.location;
  const landing = readLanding(hash, pathname + search);
  if (landing === null) return backend;

  window.history.replaceState(null, '', landing.path);
  if (landing.tokens === null) return { ...backend, notice: landing.notice };
  const { error } = await backend.client.auth.setSession(landing.tokens);
  if (error === null) return backend;
  window.history.replaceState(null, '', '/sign-in');
  return { ...backend, notice: 'refused' };
}
