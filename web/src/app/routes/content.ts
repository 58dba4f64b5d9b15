import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadPage } from '@/app/load-page';
import { configurationQuery } from '@/data/configuration';
import { ALL_DOMAINS, parseSectionSearch, parseSectionsSearch } from '@/lib/filters';
import { parseSettingsSearch } from '@/lib/settings-search';
import { parseTicketSearch } from '@/lib/ticket-search';
import { shellRoute } from './shell';

export const sectionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sections',
  validateSearch: parseSectionsSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sections/sections-page')),
    'SectionsPage',
  ),
});

export const newSectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sections/$domain/new',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sections/new-section-page')),
    'NewSectionPage',
  ),
});

export const sectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sections/$domain/$id',
  validateSearch: parseSectionSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sections/section-page')),
    'SectionPage',
  ),
});

export const agentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/agents/agents-page')),
    'AgentsPage',
  ),
});

export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: parseSettingsSearch,
  loaderDeps: ({ search: { domain, everywhere } }) => ({ domain, everywhere }),
  // Not waited for: what the page shows is on its way while its code still is.
  loader: ({ context: { backend, queryClient }, deps: { domain, everywhere } }) => {
    const target = everywhere ? null : domain;
    if (target === undefined || target === ALL_DOMAINS) return;
    void queryClient.prefetchQuery(configurationQuery(backend, target));
  },
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/settings/settings-page')),
    'SettingsPage',
  ),
});

export const configurationRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '$slug',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/settings/configuration-editor')),
    'ConfigurationEditor',
  ),
});

export const supportRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/support',
  validateSearch: parseTicketSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/support/support-page')),
    'SupportPage',
  ),
});

export const ticketRoute = createRoute({
  getParentRoute: () => supportRoute,
  path: '$domain/$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/support/ticket-panel')),
    'TicketPanel',
  ),
});
