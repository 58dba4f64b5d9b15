import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

async function opened() {
  fakeServer();
  const app = openApp(`/account?${SCOPE}`);
  await app.signIn();
  await screen.findByRole('button', { name: /Go to or look for/ });
  await app.user.keyboard('{Control>}k{/Control}');
  const palette = await screen.findByRole('dialog', { name: 'Command palette' });
  return { ...app, palette: within(palette) };
}

it('goes to a page by a few letters', async () => {
  const { palette, user } = await opened();
  await user.type(await palette.findByLabelText('Command'), 'audi');
  expect(palette.queryByText('Dashboard')).not.toBeInTheDocument();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(window.location.pathname).toBe('/audit'));
  await waitFor(() => expect(screen.queryByLabelText('Command')).not.toBeInTheDocument());
});

it('looks for words in a list', async () => {
  const { palette, user } = await opened();
  await user.type(await palette.findByLabelText('Command'), 'dpa & gdpr');
  await user.click(await palette.findByText('Visitors with “dpa & gdpr”'));
  await waitFor(() => expect(window.location.pathname).toBe('/visitors'));
  expect(new URLSearchParams(window.location.search).get('q')).toBe('dpa & gdpr');
});

it('keeps what is for staff from others, and opens again after Escape', async () => {
  const { palette, user } = await opened();
  expect(await palette.findByText('Support')).toBeInTheDocument();
  expect(palette.queryByText('Clients')).not.toBeInTheDocument();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByLabelText('Command')).not.toBeInTheDocument());
  await user.click(screen.getByRole('button', { name: /Go to or look for/ }));
  expect(await screen.findByLabelText('Command')).toBeInTheDocument();
});
