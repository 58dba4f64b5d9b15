import { queryOptions, useQuery } from '@tanstack/react-query';
import { accessQuery } from '@/data/access';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type Profile = { id: string; email: string; full_name: string; role: string };

async function fetchProfile(
  { client }: Backend,
  id: string,
  signal: AbortSignal,
): Promise<Profile> {
  return unwrap(
    await client
      .from('profiles')
      .select('id,email,full_name,role')
      .eq('id', id)
      .abortSignal(signal)
      .single(),
  );
}

/** The signed-in person, or as whom they see the product. */
export function profileQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['profile'],
    queryFn: async ({ client, signal }) => {
      const access = await client.ensureQueryData(accessQuery(backend));
      return fetchProfile(backend, access?.user_id ?? '', signal);
    },
    staleTime: 5 * 60_000,
  });
}

export function useProfile() {
  return useQuery(profileQuery(useBackend()));
}
