import { createRouter } from '@tanstack/react-router';
import { NotFound } from '@/app/not-found';
import { PageError } from '@/app/page-error';
import { PagePending } from '@/app/page-pending';
import {
  accountRoute,
  auditRoute,
  clientRoute,
  clientsRoute,
  integrationsRoute,
  notificationsRoute,
  privacyRoute,
  userRoute,
  usersRoute,
} from '@/app/routes/administration';
import {
  accountsRoute,
  companyRoute,
  conversationRoute,
  conversationsRoute,
  dashboardRoute,
  topicRoute,
  topicsRoute,
  visitorRoute,
  visitorsRoute,
} from '@/app/routes/analytics';
import {
  agentsRoute,
  configurationRoute,
  newSectionRoute,
  sectionRoute,
  sectionsRoute,
  settingsRoute,
  supportRoute,
  ticketRoute,
} from '@/app/routes/content';
import {
  acceptInvitationRoute,
  hubspotReturnRoute,
  recoverRoute,
  resetPasswordRoute,
  signInRoute,
} from '@/app/routes/entrance';
import { type RouterContext, rootRoute } from '@/app/routes/root';
import { homeRoute, shellRoute } from '@/app/routes/shell';
import { parseSearch, stringifySearch } from '@/lib/search-params';

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
