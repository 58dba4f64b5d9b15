import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { signOut } from '@/data/session';
import type { Backend } from '@/lib/backend';
import { Problem } from '@/lib/errors';

const RETRIES = 2;

// What only a session that has ended is told; a wrong password is unauthorized, too.
const ENDED = ['session_not_found', 'PT401'];

export function createQueryClient(backend: Backend): QueryClient {
  return new QueryClient({
    mutationCache: new MutationCache({
      onError: (error) => {
        if (error instanceof Problem && ENDED.includes(error.code ?? '')) {
          signOut(backend).catch(() => undefined);
        }
      },
    }),
    queryCache: new QueryCache({
      onError: (error) => {
        // The server no longer believes the session. Should ending it fail too, the page shows the error.
        if (error instanceof Problem && error.kind === 'unauthorized') {
          signOut(backend).catch(() => undefined);
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) =>
          failures < RETRIES && error instanceof Problem && error.retryable,
      },
    },
  });
}
