import { expect, it } from 'vitest';
import { readLanding } from './landing';

it.each([
  ['recovery', '/reset-password'],
  ['invite', '/accept-invitation'],
  ['email_change', '/account'],
  ['magiclink', '/'],
  ['signup', '/'],
  ['https://evil.example', '/'],
])('a link of type %s leads to %s', (type, path) => {
  const landing = readLanding(`#access_token=a.b&refresh_token=r&type=${encodeURIComponent(type)}`);
  expect(landing).toEqual({
    path,
    tokens: { access_token: 'a.b', refresh_token: 'r' },
    notice: null,
  });
});

it.each([
  ['#error=access_denied&error_code=otp_expired&error_description=x', 'expired'],
  ['#error=access_denied&error_code=user_banned', 'disabled'],
  ['#error=access_denied&error_code=signup_disabled', 'no-account'],
  ['#error=access_denied&error_code=provider_email_needs_verification', 'unverified'],
  ['#error=server_error&error_code=unexpected_failure', 'not-let-in'],
  ['#error=access_denied&error_code=whatever', 'refused'],
  ['#message=Confirmation+link+accepted', 'half-confirmed'],
])('%s is told at the sign-in', (hash, notice) => {
  expect(readLanding(hash)).toEqual({ path: '/sign-in', tokens: null, notice });
});

it.each(['', '#', '#content', '#access_token=a', '#refresh_token=r'])(
  '%j is no landing',
  (hash) => {
    expect(readLanding(hash)).toBeNull();
  },
);

it('who comes back from another service is led to where they wanted to go', () => {
  const hash = '#access_token=a.b&refresh_token=r&provider_token=t';
  expect(readLanding(hash, '/topics?domain=a')?.path).toBe('/topics?domain=a');
  expect(readLanding(hash, '//evil.example')?.path).toBe('/');
  expect(readLanding(hash, '/sign-in')?.path).toBe('/');
});
