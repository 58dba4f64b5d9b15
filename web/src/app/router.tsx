import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { loadPage } from '@/app/load-page';
import { NotFound } from '@/app/not-found';
import { PageError } from '@/app/page-error';
import { PagePending } from '@/app/page-pending';
import { configurationQuery } from '@/data/configuration';
import { domainsQuery } from '@/data/domains';
import { fillScope } from '@/data/scope';
import { needsSecondFactor } from '@/data/second-factor';
import { currentSession } from '@/data/session';
import type { Backend } from '@/lib/backend';
import { parseClientPanel, parseClientsSearch } from '@/lib/client-filters';
import { parseConversationSearch } from '@/lib/conversation-search';
import {
  ALL_DOMAINS,
  parseAuditSearch,
  parseDashboardSearch,
  parseIntegrationsSearch,
  parseReturn,
  parseScope,
  parseSectionSearch,
  parseSectionsSearch,
  parseTopicSearch,
} from '@/lib/filters';
import { safeNext } from '@/lib/next-path';
import {
  parseAccountPanel,
  parseAccountSearch,
  parseVisitorPanel,
  parseVisitorSearch,
} from '@/lib/people-filters';
import { parseSearch, stringifySearch } from '@/lib/search-params';
import { parseSettingsSearch } from '@/lib/settings-search';
import { parseTicketSearch } from '@/lib/ticket-search';
import { parseUserSearch } from '@/lib/user-filters';

type RouterContext = { backend: Backend; queryClient: QueryClient };

const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (raw: Record<string, unknown>): { next?: string } => ({
    next: typeof raw.next === 'string' ? safeNext(raw.next) : undefined,
  }),
  beforeLoad: async ({ context, search }) => {
    const session = await currentSession(context.backend).catch(() => null);
    if (session === null) return { awaitsCode: false };
    if (needsSecondFactor(session)) return { awaitsCode: true };
    throw redirect({ href: safeNext(search.next), replace: true });
  },
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sign-in/sign-in-page')),
    'SignInPage',
  ),
});

const recoverRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/recover',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/recover/recover-page')),
    'RecoverPage',
  ),
});

/** The pages a link in an e-mail leads to are for who came by it. */
async function sessionOfLink({ backend }: RouterContext) {
  const session = await currentSession(backend);
  if (session === null) throw redirect({ to: '/sign-in', replace: true });
  return session;
}

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  beforeLoad: async ({ context }) => {
    const session = await sessionOfLink(context);
    return { awaitsCode: needsSecondFactor(session), email: session.user.email ?? '' };
  },
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/recover/reset-password-page')),
    'ResetPasswordPage',
  ),
});

const acceptInvitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/accept-invitation',
  beforeLoad: async ({ context }) => {
    const { user } = await sessionOfLink(context);
    return { email: user.email ?? '', fullName: String(user.user_metadata.full_name ?? '') };
  },
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/accept-invitation/accept-invitation-page')),
    'AcceptInvitationPage',
  ),
});

/** Everything behind the sign-in: fills what the URL leaves open of domain and dates. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  validateSearch: parseScope,
  search: { middlewares: [retainSearchParams(['domain', 'from', 'to'])] },
  beforeLoad: async ({ context, location, search }) => {
    const session = await currentSession(context.backend);
    if (session === null || needsSecondFactor(session)) {
      const next = location.href === '/dashboard' ? undefined : location.href;
      throw redirect({ to: '/sign-in', search: { next } });
    }

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

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/dashboard', replace: true });
  },
});

const dashboardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/dashboard',
  validateSearch: parseDashboardSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/dashboard/dashboard-page')),
    'DashboardPage',
  ),
});

const conversationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/conversations',
  validateSearch: parseConversationSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/conversations/conversations-page')),
    'ConversationsPage',
  ),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit',
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/audit/audit-page')),
    'AuditPage',
  ),
});

const privacyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/privacy',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/privacy/privacy-page')),
    'PrivacyPage',
  ),
});

const topicsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/topics',
  validateSearch: parseTopicSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/topics/topics-page')),
    'TopicsPage',
  ),
});

const topicRoute = createRoute({
  getParentRoute: () => topicsRoute,
  path: '$domain/$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/topics/topic-panel')),
    'TopicPanel',
  ),
});

const sectionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sections',
  validateSearch: parseSectionsSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sections/sections-page')),
    'SectionsPage',
  ),
});

const newSectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sections/$domain/new',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sections/new-section-page')),
    'NewSectionPage',
  ),
});

const sectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sections/$domain/$id',
  validateSearch: parseSectionSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/sections/section-page')),
    'SectionPage',
  ),
});

const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/account/account-page')),
    'AccountPage',
  ),
});

const conversationRoute = createRoute({
  getParentRoute: () => conversationsRoute,
  path: '$domain/$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/conversations/conversation-panel')),
    'ConversationPanel',
  ),
});

const visitorsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/visitors',
  validateSearch: parseVisitorSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/visitors/visitors-page')),
    'VisitorsPage',
  ),
});

const visitorRoute = createRoute({
  getParentRoute: () => visitorsRoute,
  path: '$domain/$id',
  validateSearch: parseVisitorPanel,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/visitors/visitor-panel')),
    'VisitorPanel',
  ),
});

const accountsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/accounts',
  validateSearch: parseAccountSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/accounts/accounts-page')),
    'AccountsPage',
  ),
});

const companyRoute = createRoute({
  getParentRoute: () => accountsRoute,
  path: '$domain/$id',
  validateSearch: parseAccountPanel,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/accounts/account-panel')),
    'AccountPanel',
  ),
});

const agentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/agents/agents-page')),
    'AgentsPage',
  ),
});

const notificationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/notifications',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/notifications/notifications-page')),
    'NotificationsPage',
  ),
});

const clientsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/clients',
  validateSearch: parseClientsSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/clients/clients-page')),
    'ClientsPage',
  ),
});

const clientRoute = createRoute({
  getParentRoute: () => clientsRoute,
  path: '$site',
  validateSearch: parseClientPanel,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/clients/client-panel')),
    'ClientPanel',
  ),
});

const integrationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations',
  validateSearch: parseIntegrationsSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/integrations/integrations-page')),
    'IntegrationsPage',
  ),
});

const hubspotReturnRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/integrations/hubspot',
  validateSearch: parseReturn,
  beforeLoad: ({ context }) => sessionOfLink(context).then(() => undefined),
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/integrations/hubspot-return-page')),
    'HubSpotReturnPage',
  ),
});

const settingsRoute = createRoute({
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

const configurationRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '$slug',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/settings/configuration-editor')),
    'ConfigurationEditor',
  ),
});

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  validateSearch: parseUserSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/users/users-page')),
    'UsersPage',
  ),
});

const userRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/users/user-panel')),
    'UserPanel',
  ),
});

const supportRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/support',
  validateSearch: parseTicketSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/support/support-page')),
    'SupportPage',
  ),
});

const ticketRoute = createRoute({
  getParentRoute: () => supportRoute,
  path: '$domain/$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/support/ticket-panel')),
    'TicketPanel',
  ),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  signInRoute,
  recoverRoute,
  resetPasswordRoute,
  acceptInvitationRoute,
  hubspotReturnRoute,
  shellRoute.addChildren([
    accountRoute,
    auditRoute,
    privacyRoute,
    dashboardRoute,
    conversationsRoute.addChildren([conversationRoute]),
    visitorsRoute.addChildren([visitorRoute]),
    accountsRoute.addChildren([companyRoute]),
    topicsRoute.addChildren([topicRoute]),
    sectionsRoute,
    newSectionRoute,
    sectionRoute,
    agentsRoute,
    integrationsRoute,
    notificationsRoute,
    clientsRoute.addChildren([clientRoute]),
    settingsRoute.addChildren([configurationRoute]),
    usersRoute.addChildren([userRoute]),
    supportRoute.addChildren([ticketRoute]),
  ]),
]);

export function createAppRouter(context: RouterContext) {
  return createRouter({
    routeTree,
    context,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: PagePending,
    scrollRestoration: true,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
