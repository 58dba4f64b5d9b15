import type { AppRouter } from '@/app/router';
import type { Backend } from '@/lib/backend';

/**
 * Fetches the code of the page in the address bar while what it needs to begin is still being asked
 * for. Whoever has yet to sign in is shown another page first. What fails here is tried again, and told,
 * by the router.
 */
export async function fetchCode(backend: Backend, router: AppRouter): Promise<void> {
  const { data } = await backend.client.auth.getSession();
  if (data.session === null) return;
  const [routes] = router.getMatchedRoutes(router.latestLocation.pathname);
  for (const route of routes) void router.loadRouteChunk(route);
}
