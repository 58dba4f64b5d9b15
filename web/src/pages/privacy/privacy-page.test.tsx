import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const ADDRESS = '/privacy?domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const RETENTION = '/privacy/v1/domains/abtasty.com/retention';
const admin = () => ({ body: { id: 'u-1', email: 'a@a.com', full_name: '', role: 'admin' } });
const ERASURE = {
  site_domain: 'abtasty.com',
  id: 'e-1',
  erased_at: '2026-11-05T10:00:00Z',
  actor_role: 'admin',
  visitors: 2,
  counts: { messages: 12 },
  propagations: 1,
  propagated_at: null,
  propagation_error: null,
};

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  '/rest/v1/profiles': admin,
  '/rest/v1/retention_policies': () => ({ body: [] }),
  '/rest/v1/retention_runs': () => ({ body: [] }),
  '/rest/v1/erasures': () => ({ body: [ERASURE] }),
};

it('says what a limit deletes before it is saved', async () => {
  const server = fakeServer({
    ...routes,
    [RETENTION]: ({ method }) =>
      method === 'PUT'
        ? { status: 204, body: null }
        : {
            body: {
              conversations: 3,
              messages: 1200,
              first_day: '2024-01-02',
              last_day: '2025-03-04',
              events: 0,
              first_event_day: null,
            },
          },
  });
  const { user, signIn } = openApp(ADDRESS);
  await signIn();
  await user.click(await screen.findByRole('button', { name: /^Change how long/ }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByLabelText('Deleted after some days'));
  await user.click(within(dialog).getByRole('button', { name: 'See what would be deleted' }));
  expect(await within(dialog).findByText(/text of 1,200 messages in 3/)).toBeInTheDocument();
  expect(server.callsTo(RETENTION).map((call) => call.method)).toEqual(['GET']);
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(server.callsTo(RETENTION).at(-1)?.body).toEqual({ days: 365 });
});

it('lists receipts, and what outside services still have to erase', async () => {
  fakeServer(routes);
  await openApp(ADDRESS).signIn();
  const receipts = await screen.findByRole('region', { name: 'Receipts' });
  expect(within(receipts).getByText('Waits for the next sync')).toBeInTheDocument();
  expect(within(receipts).getByText('12')).toBeInTheDocument();
});

it('tells clients where to ask', async () => {
  fakeServer();
  await openApp(ADDRESS).signIn();
  expect(await screen.findByText('This page is for Rose staff')).toBeInTheDocument();
});
