import { expect, it } from 'vitest';
import { readLanding } from './landing';

it.each([
  ['recovery', '/reset-password'],
  ['invite', '/accept-invitation'],
  ['magiclink', '/'],
  ['signup', '/'],
  ['https://evil.example', '/'],
])('a link of type %s leads to %s', (type, path) => {
  const hash = `#access_token=a.b&refresh_token=r&type=${encodeURIComponent(type)}`;
  expect(readLanding(hash, '/', false)).toEqual({
    path,
    tokens: { access_token: 'a.b', refresh_token: 'r', isEmailChange: false },
    notice: null,
  });
});

it('the second confirmation of a new address leads to the account, and says so', () => {
  const hash = '#access_token=a.b&refresh_token=r&type=email_change';
  expect(readLanding(hash, '/account', true)).toMatchObject({
    path: '/account',
    tokens: { isEmailChange: true },
    notice: 'email-changed',
  });
});

const USED = '#error=access_denied&error_code=otp_expired&error_description=x';

it.each([
  ['#error=access_denied&error_code=user_banned', 'disabled'],
  ['#error=access_denied&error_code=signup_disabled', 'no-account'],
  ['#error=access_denied&error_code=provider_email_needs_verification', 'unverified'],
  ['#error=server_error&error_code=unexpected_failure', 'not-let-in'],
  ['#error=access_denied&error_code=whatever', 'refused'],
])('%s is told at the sign-in', (hash, notice) => {
  expect(readLanding(hash, '/', false)).toEqual({ path: '/sign-in', tokens: null, notice });
});

it.each([
  [USED, '/', false, '/sign-in', 'expired'],
  [USED, '/account', true, '/account', 'expired'],
  [USED, '/reset-password', false, '/recover', 'expired'],
  [USED, '/reset-password', true, '/recover', 'expired'],
  ['#message=Confirmation+link+accepted', '/account', false, '/sign-in', 'half-confirmed'],
  ['#message=Confirmation+link+accepted', '/account', true, '/account', 'half-confirmed'],
])('%s at %s, signed in: %s, is told at %s', (hash, pathname, signedIn, path, notice) => {
  expect(readLanding(hash, pathname, signedIn)).toEqual({ path, tokens: null, notice });
});

it.each(['', '#', '#content', '#access_token=a', '#refresh_token=r'])(
  '%j is no landing',
  (hash) => {
    expect(readLanding(hash, '/', false)).toBeNull();
  },
);

it('who comes back from another service is led to where they wanted to go', () => {
  const hash = '#access_token=a.b&refresh_token=r&provider_token=t';
  expect(readLanding(hash, '/topics?domain=a', false)?.path).toBe('/topics?domain=a');
  expect(readLanding(hash, '//evil.example', false)?.path).toBe('/');
  expect(readLanding(hash, '/sign-in', false)?.path).toBe('/');
});
