/** What a link in an e-mail brought along in the address. */
export type Landing = {
  path: string;
  tokens: { access_token: string; refresh_token: string } | null;
  notice: 'expired' | 'refused' | 'half-confirmed' | null;
};

const PAGES: Record<string, string> = {
  recovery: '/reset-password',
  invite: '/accept-invitation',
  email_change: '/account',
};

/** Reads the fragment a link ends with; null when there is none. */
export function readLanding(hash: string): Landing | null {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const access_token = given.get('access_token');
  const refresh_token = given.get('refresh_token');
  if (access_token && refresh_token) {
    const path = PAGES[given.get('type') ?? ''] ?? '/';
    return { path, tokens: { access_token, refresh_token }, notice: null };
  }
  if (given.has('error_code')) {
    const expired = given.get('error_code') === 'otp_expired';
    return { path: '/sign-in', tokens: null, notice: expired ? 'expired' : 'refused' };
  }
  if (given.has('message')) return { path: '/sign-in', tokens: null, notice: 'half-confirmed' };
  return null;
}
