import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { loadPage } from '@/app/load-page';
import { needsSecondFactor } from '@/data/second-factor';
import { currentSession } from '@/data/session';
import { parseReturn } from '@/lib/filters';
import { safeNext } from '@/lib/next-path';
import { type RouterContext, requireSession, rootRoute } from './root';

export const signInRoute = createRoute({
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

export const recoverRoute = createRoute({
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

export const resetPasswordRoute = createRoute({
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

export const acceptInvitationRoute = createRoute({
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

export const hubspotReturnRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/integrations/hubspot',
  validateSearch: parseReturn,
  beforeLoad: ({ context, location }) => requireSession(context, location.href),
  component: lazyRouteComponent(
    loadPage(() => import('@/pages/integrations/hubspot-return-page')),
    'HubSpotReturnPage',
  ),
});
