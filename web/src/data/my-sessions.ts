import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { authProblem } from '@/data/auth-problem';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchSessions({ client }: Backend, signal: AbortSignal) {
  return unwrap(await client.rpc('list_my_sessions').abortSignal(signal));
}

function mySessionsQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['my-sessions'],
    queryFn: ({ signal }) => fetchSessions(backend, signal),
  });
}

export type MySession = Awaited<ReturnType<typeof fetchSessions>>[number];

/** Where the signed-in person is signed in, this session first. */
export function useMySessions() {
  return useQuery(mySessionsQuery(useBackend()));
}

/** Ends every session but this one. */
export function useEndOtherSessions() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { error } = await client.auth.signOut({ scope: 'others' });
      if (error) throw authProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['my-sessions'] }),
  });
}
