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

/** Ends one of the other sessions. */
export function useEndSession() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => void unwrap(await client.rpc('end_my_session', { p_id: id })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['my-sessions'] }),
  });
}

/** Ends every session, this one too; the sign-in page follows by itself. */
export function useEndAllSessions() {
  const { client } = useBackend();
  return useMutation({
    mutationFn: async () => {
      const { error } = await client.auth.signOut({ scope: 'global' });
      if (error) throw authProblem(error);
    },
  });
}
