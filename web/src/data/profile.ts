import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type Profile = { id: string; email: string; full_name: string; role: string };

async function fetchProfile({ client }: Backend, signal: AbortSignal): Promise<Profile> {
  const { data } = await client.auth.getSession();
  return unwrap(
    await client
      .from('profiles')
      .select('id,email,full_name,role')
      .eq('id', data.session?.user.id ?? '')
      .abortSignal(signal)
      .single(),
  );
}

/** The signed-in person. */
export function profileQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['profile'],
    queryFn: ({ signal }) => fetchProfile(backend, signal),
    staleTime: 5 * 60_000,
  });
}

export function useProfile() {
  return useQuery(profileQuery(useBackend()));
}
