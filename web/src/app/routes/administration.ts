import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadPage } from '@/app/load-page';
import { parseClientPanel, parseClientsSearch } from '@/lib/client-filters';
import { parseAuditSearch, parseIntegrationsSearch } from '@/lib/filters';
import { parseUserSearch } from '@/lib/user-filters';
import { shellRoute } from './shell';

export const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/account/account-page')),
    'AccountPage',
  ),
});

export const notificationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/notifications',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/notifications/notifications-page')),
    'NotificationsPage',
  ),
});

export const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit',
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/audit/audit-page')),
    'AuditPage',
  ),
});

export const privacyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/privacy',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/privacy/privacy-page')),
    'PrivacyPage',
  ),
});

export const clientsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/clients',
  validateSearch: parseClientsSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/clients/clients-page')),
    'ClientsPage',
  ),
});

export const clientRoute = createRoute({
  getParentRoute: () => clientsRoute,
  path: '$site',
  validateSearch: parseClientPanel,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/clients/client-panel')),
    'ClientPanel',
  ),
});

export const integrationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations',
  validateSearch: parseIntegrationsSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/integrations/integrations-page')),
    'IntegrationsPage',
  ),
});

export const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  validateSearch: parseUserSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/users/users-page')),
    'UsersPage',
  ),
});

export const userRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/users/user-panel')),
    'UserPanel',
  ),
});
