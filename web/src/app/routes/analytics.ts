import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadPage } from '@/app/load-page';
import { parseConversationSearch } from '@/lib/conversation-search';
import { parseDashboardSearch, parseTopicSearch } from '@/lib/filters';
import {
  parseAccountPanel,
  parseAccountSearch,
  parseVisitorPanel,
  parseVisitorSearch,
} from '@/lib/people-filters';
import { shellRoute } from './shell';

export const dashboardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/dashboard',
  validateSearch: parseDashboardSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/dashboard/dashboard-page')),
    'DashboardPage',
  ),
});

export const conversationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/conversations',
  validateSearch: parseConversationSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/conversations/conversations-page')),
    'ConversationsPage',
  ),
});

export const conversationRoute = createRoute({
  getParentRoute: () => conversationsRoute,
  path: '$domain/$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/conversations/conversation-panel')),
    'ConversationPanel',
  ),
});

export const visitorsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/visitors',
  validateSearch: parseVisitorSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/visitors/visitors-page')),
    'VisitorsPage',
  ),
});

export const visitorRoute = createRoute({
  getParentRoute: () => visitorsRoute,
  path: '$domain/$id',
  validateSearch: parseVisitorPanel,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/visitors/visitor-panel')),
    'VisitorPanel',
  ),
});

export const accountsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/accounts',
  validateSearch: parseAccountSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/accounts/accounts-page')),
    'AccountsPage',
  ),
});

export const companyRoute = createRoute({
  getParentRoute: () => accountsRoute,
  path: '$domain/$id',
  validateSearch: parseAccountPanel,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/accounts/account-panel')),
    'AccountPanel',
  ),
});

export const topicsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/topics',
  validateSearch: parseTopicSearch,
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/topics/topics-page')),
    'TopicsPage',
  ),
});

export const topicRoute = createRoute({
  getParentRoute: () => topicsRoute,
  path: '$domain/$id',
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/topics/topic-panel')),
    'TopicPanel',
  ),
});
