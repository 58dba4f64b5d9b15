import { QueryCache, QueryClient } from '@tanstack/react-query';
import { signOut } from '@/data/session';
import type { Backend } from '@/lib/backend';
import { Problem } from '@/lib/errors';

const RETRIES = 2;

export function createQueryClient(backend: Backend): QueryClient {
  return new QueryClient({
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
