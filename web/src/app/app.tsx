import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { fetchCode } from '@/app/fetch-code';
import { PagePending } from '@/app/page-pending';
import { createQueryClient } from '@/app/query-client';
import { createAppRouter } from '@/app/router';
import { takeLanding } from '@/app/take-landing';
import { forgetNotice, watchSession } from '@/app/watch-session';
import { BackendContext, createBackend } from '@/lib/backend';
import { loadConfig } from '@/lib/config';
import { Problem } from '@/lib/errors';
import { ErrorState } from '@/ui/error-state';

/** Reads the configuration and builds what the application runs on. */
export async function start() {
  const backend = await takeLanding(createBackend(await loadConfig()));
  const queryClient = createQueryClient(backend);
  const router = createAppRouter({ backend, queryClient });
  void fetchCode(backend, router);
  watchSession(backend, queryClient, router);
  forgetNotice(backend, router);
  return { backend, queryClient, router };
}

type Started = Awaited<ReturnType<typeof start>>;

function startProblem(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return new Problem('unreachable', message, 0);
}

type AppProps = { starting: Promise<Started> };

export function App({ starting }: AppProps) {
  const [attempt, setAttempt] = useState(starting);
  const [started, setStarted] = useState<Started | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    attempt.then(setStarted, (error) => setProblem(startProblem(error)));
  }, [attempt]);

  const retry = () => {
    setProblem(null);
    setAttempt(start());
  };

  if (problem) return <ErrorState error={problem} onRetry={retry} />;
  if (!started) return <PagePending />;
  return (
    <BackendContext value={started.backend}>
      <QueryClientProvider client={started.queryClient}>
        <RouterProvider router={started.router} />
      </QueryClientProvider>
    </BackendContext>
  );
}
