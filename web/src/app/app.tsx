import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { PagePending } from '@/app/page-pending';
import { createQueryClient } from '@/app/query-client';
import { createAppRouter } from '@/app/router';
import { watchSession } from '@/app/watch-session';
import { BackendContext, createBackend } from '@/lib/backend';
import { loadConfig } from '@/lib/config';
import { Problem } from '@/lib/errors';
import { ErrorState } from '@/ui/error-state';

async function start() {
  const backend = createBackend(await loadConfig());
  const queryClient = createQueryClient(backend);
  const router = createAppRouter({ backend, queryClient });
  watchSession(backend, queryClient, router);
  return { backend, queryClient, router };
}

type Started = Awaited<ReturnType<typeof start>>;

function startProblem(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return new Problem('unreachable', message, 0);
}

export function App() {
  const [started, setStarted] = useState<Started | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const boot = useCallback(() => {
    setProblem(null);
    start().then(setStarted, (error) => setProblem(startProblem(error)));
  }, []);
  useEffect(boot, [boot]);

  if (problem) return <ErrorState error={problem} onRetry={boot} />;
  if (!started) return <PagePending />;
  return (
    <BackendContext value={started.backend}>
      <QueryClientProvider client={started.queryClient}>
        <RouterProvider router={started.router} />
      </QueryClientProvider>
    </BackendContext>
  );
}
