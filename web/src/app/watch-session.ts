import type { QueryClient } from '@tanstack/react-query';
import type { AppRouter } from '@/app/router';
import type { Backend } from '@/lib/backend';

/** What became of a link is said where it led to, and no more after one has gone on from there. */
export function forgetNotice(backend: Backend, router: AppRouter): void {
  router.subscribe('onBeforeNavigate', ({ fromLocation, toLocation, pathChanged }) => {
    const told = backend.notice === 'session-ended' && toLocation.pathname === '/sign-in';
    if (fromLocation !== undefined && pathChanged && !told) backend.notice = null;
  });
}

/** Follows sign-in and sign-out, in this tab or another: what one user loaded is never shown to the next. */
export function watchSession(
  { client }: Backend,
  queryClient: QueryClient,
  router: AppRouter,
): void {
  let userId: string | null = null;
  client.auth.onAuthStateChange((event, session) => {
    const changed = session?.user.id !== userId && userId !== null;
    userId = session?.user.id ?? null;
    if (event === 'SIGNED_OUT') {
      const { pathname, href } = router.state.location;
      const leaving =
        pathname === '/sign-in'
          ? Promise.resolve()
          : router.navigate({ to: '/sign-in', search: { next: href } });
      // A page that is still there would ask again for what is forgotten, as nobody.
      void leaving.finally(() => queryClient.clear());
    } else if (changed) {
      queryClient.clear();
      void router.invalidate();
    }
  });
}
