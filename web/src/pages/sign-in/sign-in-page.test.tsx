import { GoTrueClient } from '@supabase/supabase-js';
import { screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

beforeEach(() => {
  localStorage.clear();
  return () => vi.unstubAllGlobals();
});

describe('signing in', () => {
  it('is asked of a stranger, who then gets where they wanted to go', async () => {
    fakeServer();
    const wanted = '/conversations?domain=abtasty.com&from=2026-10-01&to=2026-10-31&q=price';
    const { signIn } = openApp(wanted);
    await signIn();
    expect(await screen.findByRole('heading', { name: 'Conversations' })).toBeInTheDocument();
    expect(window.location.pathname + window.location.search).toBe(wanted);
  });

  it.each([
    [400, 'invalid_credentials', /do not match/],
    [429, 'over_request_rate_limit', /Too many attempts/],
    [500, 'unexpected_failure', /could not be reached|failed on the server/],
  ])('that fails with %i says why', async (status, code, message) => {
    fakeServer({ '/auth/v1/token': () => ({ status, body: { code, message: code } }) });
    const { signIn } = openApp('/sign-in');
    await signIn();
    expect(await screen.findByRole('alert')).toHaveTextContent(message);
  });

  it('says so when the server cannot be reached', async () => {
    fakeServer({ '/auth/v1/token': () => Promise.reject(new TypeError('Failed to fetch')) });
    const { signIn } = openApp('/sign-in');
    await signIn();
    expect(await screen.findByRole('alert')).toHaveTextContent('could not be reached');
  });

  it('offers the other services the server has, and leads back to where one wanted to go', async () => {
    fakeServer({
      '/auth/v1/settings': () => ({
        body: { external: { email: true, github: true, google: true, apple: true, azure: false } },
      }),
    });
    const { user } = openApp('/conversations?domain=abtasty.com');
    const buttons = await screen.findAllByRole('button', { name: /^Continue with/ });
    expect(buttons.map((button) => button.textContent)).toEqual([
      'Continue with Google',
      'Continue with GitHub',
    ]);
    const leave = vi
      .spyOn(GoTrueClient.prototype, 'signInWithOAuth')
      .mockResolvedValue({ data: { provider: 'google', url: 'x' }, error: null });
    await user.click(buttons[0] as HTMLElement);
    const { provider, options } = leave.mock.calls[0]?.[0] ?? {};
    expect(provider).toBe('google');
    const back = new URL(options?.redirectTo ?? '');
    expect(back.origin).toBe(window.location.origin);
    expect(back.pathname).toBe('/conversations');
    leave.mockRestore();
  });

  it('works without other services, also when they cannot be asked for', async () => {
    fakeServer({ '/auth/v1/settings': () => ({ status: 500, body: { code: 'x', message: 'x' } }) });
    openApp('/sign-in');
    await screen.findByLabelText('E-mail');
    expect(screen.queryByRole('button', { name: /^Continue with/ })).toBeNull();
  });

  it('shows the demo logins only on a demo', async () => {
    fakeServer();
    openApp('/sign-in');
    await screen.findByLabelText('E-mail');
    expect(screen.queryByLabelText('Demo logins')).toBeNull();
  });
});

it('a session the server no longer believes leads back to the sign-in, and the address is kept', async () => {
  let believed = true;
  fakeServer({
    '/rest/v1/rpc/count_conversations': () =>
      believed
        ? { body: 0 }
        : { status: 401, body: { code: 'PGRST303', message: 'JWT expired', details: null } },
  });
  const { signIn, user } = openApp('/sign-in');
  await signIn();
  await screen.findByRole('heading', { name: 'Dashboard' });
  believed = false;
  await user.click(screen.getAllByRole('link', { name: 'Conversations' })[0] as HTMLElement);
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeInTheDocument();
  expect(new URLSearchParams(window.location.search).get('next')).toMatch(/^\/conversations\?/);
});
