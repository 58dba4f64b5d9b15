import { safeNext } from '@/lib/next-path';

type Notice =
  | 'expired'
  | 'refused'
  | 'half-confirmed'
  | 'email-changed'
  | 'no-account'
  | 'unverified'
  | 'disabled'
  | 'not-let-in'
  | 'session-ended';

/** What a link in an e-mail, or another service one signed in at, brought along in the address. */
export type Landing = {
  path: string;
  tokens: { access_token: string; refresh_token: string; isEmailChange: boolean } | null;
  notice: Notice | null;
};

const NOTICES: Record<string, Notice> = {
  otp_expired: 'expired',
  signup_disabled: 'no-account',
  provider_email_needs_verification: 'unverified',
  user_banned: 'disabled',
  access_denied: 'not-let-in',
  bad_oauth_state: 'not-let-in',
  bad_oauth_callback: 'not-let-in',
  unexpected_failure: 'not-let-in',
};

const PAGES: Record<string, string> = {
  recovery: '/reset-password',
  invite: '/accept-invitation',
  email_change: '/account',
};

/**
 * Reads the fragment the address ends with; null when there is none. Who names no `type` stays `here`;
 * who is signed in already is told on their account page, for the sign-in would pass them on.
 */
export function readLanding(hash: string, here: string, signedIn: boolean): Landing | null {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const access_token = given.get('access_token');
  const refresh_token = given.get('refresh_token');
  if (access_token && refresh_token) {
    const type = given.get('type');
    const isEmailChange = type === 'email_change';
    return {
      path: type === null ? safeNext(here) : (PAGES[type] ?? '/'),
      tokens: { access_token, refresh_token, isEmailChange },
      notice: isEmailChange ? 'email-changed' : null,
    };
  }
  const path = signedIn ? '/account' : '/sign-in';
  const code = given.get('error_code');
  if (code !== null) {
    // Where the next link is asked for.
    const asksAgain = here.split('?')[0] === PAGES.recovery;
    return {
      path: asksAgain ? '/recover' : path,
      tokens: null,
      notice: NOTICES[code] ?? 'refused',
    };
  }
  if (given.has('message')) return { path, tokens: null, notice: 'half-confirmed' };
  return null;
}
