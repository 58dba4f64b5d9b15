import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { signOut } from '@/data/session';
import type { Backend } from '@/lib/backend';
import { Problem } from '@/lib/errors';

const RETRIES = 2;

// What only a session that has ended is told; a wrong password is unauthorized, too.
const ENDED = ['session_not_found', 'PT401'];

/** Somebody else ended the session: the sign-in page says so. */
function leave(backend: Backend): void {
  backend.notice = 'session-ended';
  signOut(backend).catch(() => undefined);
}

export function createQueryClient(backend: Backend): QueryClient {
  return new QueryClient({
    mutationCache: new MutationCache({
      onError: (error) => {
        if (error instanceof Problem && ENDED.includes(error.code ?? '')) {
          leave(backend);
        }
      },
    }),
    queryCache: new QueryCache({
      onError: (error) => {
        // The server no longer believes the session. Should ending it fail too, the page shows the error.
        if (error instanceof Problem && error.kind === 'unauthorized') {
          leave(backend);
        }
      },
    }),
    defaultOptions: {
      // A browser that is offline would only wait, and say nothing; asked anyway, it says what happened.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        refetchOnReconnect: true,
        staleTime: 30_000,
        retry: (failures, error) =>
          failures < RETRIES && error instanceof Problem && error.retryable,
      },
    },
  });
}
