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
  ['#error=access_denied&error_code=user_banned', 'refused'],
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
