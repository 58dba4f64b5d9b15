import { safeNext } from '@/lib/next-path';

type Notice =
  | 'expired'
  | 'refused'
  | 'half-confirmed'
  | 'no-account'
  | 'unverified'
  | 'disabled'
  | 'not-let-in';

/** What a link in an e-mail, or another service one signed in at, brought along in the address. */
export type Landing = {
  path: string;
  tokens: { access_token: string; refresh_token: string } | null;
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

/** Reads the fragment the address ends with; null when there is none. Who names no `type` stays `here`. */
export function readLanding(hash: string, here = '/'): Landing | null {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const access_token = given.get('access_token');
  const refresh_token = given.get('refresh_token');
  if (access_token && refresh_token) {
    const type = given.get('type');
    const path = type === null ? safeNext(here) : (PAGES[type] ?? '/');
    return { path, tokens: { access_token, refresh_token }, notice: null };
  }
  const code = given.get('error_code');
  if (code !== null) {
    return { path: '/sign-in', tokens: null, notice: NOTICES[code] ?? 'refused' };
  }
  if (given.has('message')) return { path: '/sign-in', tokens: null, notice: 'half-confirmed' };
  return null;
}
