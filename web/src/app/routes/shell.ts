import {
  createRoute,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { loadPage } from '@/app/load-page';
import { domainsQuery } from '@/data/domains';
import { fillScope } from '@/data/scope';
import { parseScope } from '@/lib/filters';
import { requireSession, rootRoute } from './root';

/** Everything behind the sign-in: fills what the URL leaves open of domain and dates. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  validateSearch: parseScope,
  search: { middlewares: [retainSearchParams(['domain', 'from', 'to'])] },
  beforeLoad: async ({ context, location, search }) => {
    await requireSession(context, location.href);
    const domains = await context.queryClient.ensureQueryData(domainsQuery(context.backend));
    if (search.domain && search.from && search.to) return;
    throw redirect({
      to: location.pathname as '/dashboard',
      search: { ...location.search, ...fillScope(search, domains) },
      replace: true,
    });
  },
  component: lazyRouteComponent(
    loadPage(() => import('@/app/shell/shell')),
    'Shell',
  ),
});

export const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/dashboard', replace: true });
  },
});
