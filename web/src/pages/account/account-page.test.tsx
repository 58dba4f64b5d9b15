import { screen, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { fakeServer, session } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const FACTOR = {
  id: 'f-1',
  factor_type: 'totp',
  status: 'verified',
  friendly_name: 'App',
  created_at: '2026-11-01T10:00:00Z',
};
const SESSIONS = [
  { id: 's-1', is_current: true, user_agent: 'Firefox/120 Mac OS X' },
  { id: 's-2', is_current: false, user_agent: 'Chrome/120 Windows' },
].map((one) => ({
  ...one,
  started_at: '2026-11-01T10:00:00Z',
  last_used_at: '2026-11-02T10:00:00Z',
}));

beforeEach(() => {
  localStorage.clear();
  return () => vi.unstubAllGlobals();
});

async function openAccount(routes: Parameters<typeof fakeServer>[0] = {}) {
  const server = fakeServer({
    '/auth/v1/user': () => ({ body: session('user@user.com').user }),
    '/rest/v1/rpc/list_my_sessions': () => ({ body: SESSIONS }),
    ...routes,
  });
  const opened = openApp('/account');
  await opened.signIn();
  await screen.findByRole('heading', { name: 'Your account' });
  const panel = (name: string) => screen.findByRole('region', { name });
  return { ...opened, server, panel };
}

function putsOf(server: ReturnType<typeof fakeServer>) {
  const calls = server.callsTo('/auth/v1/user').filter((call) => call.method === 'PUT');
  return calls.map(({ body }) => body);
}

it('shows where one is signed in, and signs out everywhere else', async () => {
  let ended = false;
  const { user, panel, server } = await openAccount({
    '/rest/v1/rpc/list_my_sessions': () => ({ body: ended ? SESSIONS.slice(0, 1) : SESSIONS }),
    '/auth/v1/logout': () => {
      ended = true;
      return { status: 204, body: null };
    },
  });
  const sessions = within(await panel('Where you are signed in'));
  expect(await sessions.findByText('Chrome on Windows')).toBeInTheDocument();
  expect(sessions.getAllByRole('listitem')[0]).toHaveTextContent(
    /^Firefox on macOS .*This device$/,
  );
  const button = sessions.getByRole('button', { name: 'Sign out everywhere else' });
  await user.click(button);
  expect(server.callsTo('/auth/v1/logout')[0]?.query.get('scope')).toBe('others');
  await vi.waitFor(() => expect(sessions.queryByText('Chrome on Windows')).toBeNull());
  expect(button).toBeDisabled();
});

it('changes the password, with a code from an e-mail where the server wants one', async () => {
  const { user, panel, server } = await openAccount({
    '/auth/v1/user': ({ method, body }) =>
      method === 'PUT' && !body.nonce
        ? { status: 400, body: { code: 'reauthentication_needed', message: 'no' } }
        : { body: session('user@user.com').user },
    '/auth/v1/reauthenticate': () => ({ body: {} }),
  });
  const password = within(await panel('Password'));
  await user.type(password.getByLabelText('Current password'), 'correct horse');
  await user.type(password.getByLabelText('New password'), 'battery staple');
  await user.click(password.getByRole('button', { name: 'Change the password' }));
  expect(await password.findByRole('alert')).toHaveTextContent('by e-mail');
  await user.type(password.getByLabelText('Code from the e-mail'), '123456');
  await user.click(password.getByRole('button', { name: 'Change the password' }));
  expect(await screen.findByText('Your password is changed')).toBeInTheDocument();
  expect(putsOf(server).at(-1)).toMatchObject({
    password: 'battery staple',
    current_password: 'correct horse',
    nonce: '123456',
  });
});

it('asks for another address, and says that it waits for the confirmation', async () => {
  let pending: string | undefined;
  const { user, panel } = await openAccount({
    '/auth/v1/user': ({ method, body }) => {
      if (method === 'PUT') pending = String(body.email);
      return { body: { ...session('user@user.com').user, new_email: pending } };
    },
  });
  const email = within(await panel('E-mail address'));
  await user.type(email.getByLabelText('New e-mail address'), 'new@user.com');
  await user.click(email.getByRole('button', { name: 'Change the address' }));
  expect(await email.findByRole('status')).toHaveTextContent('Waiting for new@user.com');
});

it('turns a second factor on, once its first code is right', async () => {
  let factors: unknown[] = [];
  const { user, panel } = await openAccount({
    '/auth/v1/user': () => ({ body: session('user@user.com', { factors }).user }),
    '/auth/v1/factors': () => ({
      body: { id: 'f-1', type: 'totp', totp: { qr_code: '<svg/>', secret: 'ABCD', uri: 'x' } },
    }),
    '/auth/v1/factors/f-1/challenge': () => ({ body: { id: 'c-1', type: 'totp', expires_at: 9 } }),
    '/auth/v1/factors/f-1/verify': ({ body }) => {
      if (body.code !== '123456') {
        return { status: 422, body: { code: 'mfa_verification_failed', message: 'no' } };
      }
      factors = [FACTOR];
      return { body: session('user@user.com', { factors, aal: 'aal2' }) };
    },
  });
  const two = within(await panel('Two-factor authentication'));
  await user.click(two.getByRole('button', { name: 'Turn on' }));
  expect(await two.findByText('ABCD')).toBeInTheDocument();
  expect(two.getByAltText('QR code of the secret')).toHaveAttribute(
    'src',
    'data:image/svg+xml;utf-8,<svg/>',
  );
  await user.type(two.getByLabelText('Code'), '000000');
  await user.click(two.getByRole('button', { name: 'Turn on' }));
  expect(await two.findByRole('alert')).toHaveTextContent('not right');
  await user.type(two.getByLabelText('Code'), '123456');
  await user.click(two.getByRole('button', { name: 'Turn on' }));
  expect(await two.findByText(/Add a second device/)).toBeInTheDocument();
});

it('takes a second factor away only when one is sure', async () => {
  let factors: unknown[] = [FACTOR];
  const aal2 = () => ({ body: session('user@user.com', { factors, aal: 'aal2' }) });
  const { user, panel, server } = await openAccount({
    '/auth/v1/token': aal2,
    '/auth/v1/user': () => ({ body: session('user@user.com', { factors }).user }),
    '/auth/v1/factors/f-1': () => {
      factors = [];
      return { body: { id: 'f-1' } };
    },
  });
  const two = within(await panel('Two-factor authentication'));
  await user.click(await two.findByRole('button', { name: 'Remove' }));
  expect(server.callsTo('/auth/v1/factors/f-1')).toEqual([]);
  await user.click(two.getByRole('button', { name: 'Really remove' }));
  expect(await two.findByRole('button', { name: 'Turn on' })).toBeInTheDocument();
  expect(server.callsTo('/auth/v1/factors/f-1')[0]?.method).toBe('DELETE');
});

it('is there for somebody without a website, too', async () => {
  await openAccount({ '/rest/v1/domains': () => ({ body: [] }) });
  expect(await screen.findByRole('region', { name: 'Password' })).toBeInTheDocument();
});
