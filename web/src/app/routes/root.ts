import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet, redirect } from '@tanstack/react-router';
import { needsSecondFactor } from '@/data/second-factor';
import { currentSession } from '@/data/session';
import type { Backend } from '@/lib/backend';

export type RouterContext = { backend: Backend; queryClient: QueryClient };

export const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet });

/** Sends whoever has not signed in whole to do so, and then back to `href`. */
export async function requireSession({ backend }: RouterContext, href: string): Promise<void> {
  const session = await currentSession(backend);
  if (session !== null && !needsSecondFactor(session)) return;
  throw redirect({ to: '/sign-in', search: { next: href === '/dashboard' ? undefined : href } });
}
