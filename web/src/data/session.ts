import type { Session } from '@supabase/supabase-js';
import type { Backend } from '@/lib/backend';
import { Problem } from '@/lib/errors';

/**
 * The current session, refreshed when it is about to expire; null when nobody is signed in. A server
 * that cannot be reached is an error, not a sign-out.
 */
export async function currentSession({ client }: Backend): Promise<Session | null> {
  const { data, error } = await client.auth.getSession();
  if (error && (error.status === undefined || error.status === 0 || error.status >= 500)) {
    throw new Problem('unreachable', 'The server could not be reached.', error.status ?? 0);
  }
  return data.session;
}

/** Ends the session on the server and forgets it here. */
export async function signOut({ client }: Backend): Promise<void> {
  const { error } = await client.auth.signOut({ scope: 'local' });
  if (error) throw new Problem('unreachable', 'The server could not be reached.', 0);
}
