import { screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { fakeServer, session } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const FACTOR = { id: 'f-1', factor_type: 'totp', status: 'verified', friendly_name: 'Phone' };

beforeEach(() => {
  localStorage.clear();
  return () => vi.unstubAllGlobals();
});

function linkOf(type: string, given: Parameters<typeof session>[1] = {}) {
  const { access_token, refresh_token } = session('user@user.com', given);
  return `/#access_token=${access_token}&refresh_token=${refresh_token}&type=${type}`;
}

it('a forgotten password is asked for, and nobody learns whether the address is known', async () => {
  const server = fakeServer({ '/auth/v1/recover': () => ({ body: {} }) });
  const { user } = openApp('/sign-in');
  await user.click(await screen.findByRole('link', { name: 'Forgotten password?' }));
  await screen.findByRole('heading', { name: 'Forgotten password' });
  await user.type(await screen.findByLabelText('E-mail'), 'user@user.com');
  await user.click(screen.getByRole('button', { name: 'Send the link' }));
  expect(await screen.findByText(/If user@user.com has an account/)).toBeInTheDocument();
  const [call] = server.callsTo('/auth/v1/recover');
  expect(call?.query.get('redirect_to')).toBe(`${window.location.origin}/reset-password`);
});

it('says when an e-mail was sent just now', async () => {
  const body = { code: 'over_email_send_rate_limit', message: 'no' };
  fakeServer({ '/auth/v1/recover': () => ({ status: 429, body }) });
  const { user } = openApp('/recover');
  await user.type(await screen.findByLabelText('E-mail'), 'user@user.com');
  await user.click(screen.getByRole('button', { name: 'Send the link' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('already on its way');
});

it('a link leads to a new password, and leaves no token in the address', async () => {
  const user = session('user@user.com').user;
  const server = fakeServer({ '/auth/v1/user': () => ({ body: user }) });
  const opened = openApp(linkOf('recovery'));
  await opened.user.type(await screen.findByLabelText('New password'), 'battery staple');
  expect(window.location.href).not.toContain('token');
  expect(window.location.pathname).toBe('/reset-password');
  await opened.user.click(screen.getByRole('button', { name: 'Save and continue' }));
  expect(await screen.findByRole('heading', { name: 'Dashboard' })).toBeInTheDocument();
  const puts = server.callsTo('/auth/v1/user').filter((call) => call.method === 'PUT');
  expect(puts.map((call) => call.body.password)).toEqual(['battery staple']);
});

it('an account with a second factor proves it before its password changes', async () => {
  const factors = [FACTOR];
  const user = session('user@user.com', { factors }).user;
  const server = fakeServer({
    '/auth/v1/user': () => ({ body: user }),
    '/auth/v1/factors/f-1/challenge': () => ({ body: { id: 'c-1', type: 'totp', expires_at: 9 } }),
    '/auth/v1/factors/f-1/verify': () => ({
      body: session('user@user.com', { factors, aal: 'aal2' }),
    }),
  });
  const opened = openApp(linkOf('recovery', { factors }));
  await opened.user.type(await screen.findByLabelText('Code of your authenticator app'), '123456');
  await opened.user.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByLabelText('New password')).toBeInTheDocument();
  expect(server.callsTo('/auth/v1/factors/f-1/verify')[0]?.body.code).toBe('123456');
});

it('an old link says so where one asks for another', async () => {
  fakeServer();
  openApp('/reset-password#error=access_denied&error_code=otp_expired');
  expect(await screen.findByText(/too old/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Send the link' })).toBeInTheDocument();
});

it('nobody resets a password without a link', async () => {
  fakeServer();
  openApp('/reset-password');
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeInTheDocument();
});

it('an invitation asks for a name and a password', async () => {
  const user = session('user@user.com').user;
  const server = fakeServer({ '/auth/v1/user': () => ({ body: user }) });
  const opened = openApp(linkOf('invite'));
  await opened.user.type(await screen.findByLabelText('Your name'), 'Ada Lovelace');
  await opened.user.type(screen.getByLabelText('New password'), 'battery staple');
  await opened.user.click(screen.getByRole('button', { name: 'Accept the invitation' }));
  await screen.findByRole('heading', { name: 'Dashboard' });
  const [put] = server.callsTo('/auth/v1/user').filter((call) => call.method === 'PUT');
  expect(put?.body).toMatchObject({
    password: 'battery staple',
    data: { full_name: 'Ada Lovelace' },
  });
});

it('a sign-in with a second factor ends only after its code', async () => {
  const factors = [FACTOR];
  let code = '';
  const server = fakeServer({
    '/auth/v1/token': () => ({ body: session('user@user.com', { factors }) }),
    '/auth/v1/factors/f-1/challenge': () => ({ body: { id: 'c-1', type: 'totp', expires_at: 9 } }),
    '/auth/v1/factors/f-1/verify': ({ body }) => {
      code = String(body.code);
      if (code !== '123456') {
        return { status: 422, body: { code: 'mfa_verification_failed', message: 'no' } };
      }
      return { body: session('user@user.com', { factors, aal: 'aal2' }) };
    },
  });
  const { signIn, user } = openApp('/sign-in');
  await signIn();
  const input = await screen.findByLabelText('Code of your authenticator app');
  await user.type(input, '000000');
  await user.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('not right');
  expect(server.callsTo('/rest/v1/domains')).toEqual([]);
  await user.type(screen.getByLabelText('Code of your authenticator app'), '123456');
  await user.click(screen.getByRole('button', { name: 'Confirm' }));
  expect(await screen.findByRole('heading', { name: 'Dashboard' })).toBeInTheDocument();
});
