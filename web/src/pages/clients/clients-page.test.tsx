import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Client, ClientDomain } from '@/data/clients';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/get_clients';
const COUNT = '/rest/v1/rpc/count_clients';
const admin = () => ({ body: { id: 'u-1', email: 'a@a.com', full_name: '', role: 'admin' } });

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const SITE: ClientDomain = {
  site_domain: 'acme.com',
  name: 'Acme',
  timezone: 'Asia/Tokyo',
  created_at: '2026-10-01T10:00:00Z',
  archived_at: null,
  first_day: '2026-10-20',
  conversations: 1234,
  visitors: 567,
  days: Array.from({ length: 30 }, (_, day) => day),
  last_event_at: null,
  ending_keys: 0,
};
const CLIENT: Client = {
  id: 'o-1',
  name: 'Acme Inc',
  created_at: '2026-10-01T10:00:00Z',
  archived_at: null,
  domains: [SITE],
  cursor: { name: 'Acme Inc', id: 'o-1' },
};

it('shows organizations with their websites and 30 days of each', async () => {
  fakeServer({
    '/rest/v1/profiles': admin,
    [LIST]: () => ({ body: [CLIENT, { ...CLIENT, id: 'o-2', name: 'Bare', domains: [] }] }),
    [COUNT]: () => ({ body: 2 }),
  });
  await openApp(`/clients?${SCOPE}`).signIn();
  const sites = await screen.findByRole('list', { name: 'Websites of Acme Inc' });
  const row = within(sites).getByRole('link');
  expect(row).toHaveTextContent('acme.com');
  expect(row).toHaveTextContent('1,234');
  expect(row).toHaveTextContent('567');
  expect(row).toHaveTextContent('No event yet');
  expect(within(row).getByRole('img', { name: /at most 29 on one/ })).toBeInTheDocument();
  expect(screen.getByText(/No website here yet/)).toBeInTheDocument();
  expect(await screen.findByText('2 websites')).toBeInTheDocument();
});

it('is for staff: others are told, and asked nothing', async () => {
  const server = fakeServer({ [LIST]: () => ({ status: 403, body: {} }) });
  await openApp(`/clients?${SCOPE}`).signIn();
  expect(await screen.findByText('Clients are for Rose staff')).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'Clients' })).toBeNull();
  expect(server.callsTo(LIST)).toHaveLength(0);
});

it('filters by what the address says', async () => {
  const server = fakeServer({
    '/rest/v1/profiles': admin,
    [LIST]: () => ({ body: [] }),
    [COUNT]: () => ({ body: 0 }),
  });
  const { signIn, user } = openApp(`/clients?${SCOPE}&q=acme&status=archived`);
  await signIn();
  expect(await screen.findByText('No client matches')).toBeInTheDocument();
  expect(server.callsTo(LIST)[0]?.body.p_filter).toEqual({ search: 'acme', status: 'archived' });
  await user.click(screen.getByRole('button', { name: 'Show all active clients' }));
  await waitFor(() => expect(window.location.search).not.toContain('status'));
});

it('adds a website from a pasted address and opens its keys', async () => {
  const CREATE = '/clients/v1/organizations/o-1/domains';
  let taken = true;
  const server = fakeServer({
    '/rest/v1/profiles': admin,
    '/rest/v1/domain_keys': () => ({ body: [] }),
    [LIST]: () => ({ body: [CLIENT] }),
    [COUNT]: () => ({ body: 1 }),
    [CREATE]: () => {
      if (!taken) return { status: 201, body: { site_domain: 'acme.com' } };
      taken = false;
      const message = 'acme.com exists already: a website of Acme Inc';
      return { status: 409, body: { code: 'conflict', message, field: 'site_domain' } };
    },
  });
  const { signIn, user } = openApp(`/clients?${SCOPE}`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Add a website of Acme Inc' }));
  await user.type(await screen.findByLabelText('Domain'), 'https://www.acme.com/x');
  expect(screen.getByText('Is kept as acme.com')).toBeInTheDocument();
  expect(screen.getByLabelText('Name')).toHaveValue('Acme');
  await user.click(screen.getByRole('button', { name: 'Add the website' }));
  expect(await screen.findByText(/exists already/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Add the website' }));
  const panel = await screen.findByRole('dialog', { name: 'Website' });
  expect(await within(panel).findByText(/There is no public key that works/)).toBeInTheDocument();
  expect(server.callsTo(CREATE)[1]?.body).toMatchObject({
    site_domain: 'https://www.acme.com/x',
    name: 'Acme',
  });
});

it('replaces a key and shows the new one once', async () => {
  const ROTATE = '/clients/v1/domains/acme.com/keys/k-1/rotate';
  const key = {
    id: 'k-1',
    kind: 'secret',
    public_key: null,
    secret_hint: 'rose_sk_…abcd',
    label: 'Backend',
    created_at: '2026-10-01T10:00:00Z',
    last_used_at: null,
    revoked_at: null,
    expires_at: null,
  };
  const server = fakeServer({
    '/rest/v1/profiles': admin,
    '/rest/v1/domain_keys': () => ({ body: [key] }),
    '/rest/v1/timezone_changes': () => ({ body: [] }),
    [LIST]: () => ({ body: [CLIENT] }),
    [COUNT]: () => ({ body: 1 }),
    [ROTATE]: () => ({ status: 201, body: { id: 'k-2', key: 'rose_sk_new' } }),
  });
  const { signIn, user } = openApp(`/clients/acme.com?${SCOPE}&tab=keys`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Replace' }));
  await user.click(await screen.findByRole('button', { name: 'Replace the key' }));
  expect(await screen.findByText('rose_sk_new')).toBeInTheDocument();
  expect(server.callsTo(ROTATE)[0]?.body).toEqual({ overlap_hours: 168 });
  await user.click(screen.getByRole('button', { name: 'I have copied it' }));
  await waitFor(() => expect(screen.queryByText('rose_sk_new')).toBeNull());
});

it('shows the new timezone, though its change was done before anybody looked', async () => {
  const CHANGE = '/clients/v1/domains/acme.com/timezone';
  const moved = { ...SITE, timezone: 'Pacific/Kiritimati' };
  const done = {
    id: 'c-1',
    from_timezone: SITE.timezone,
    to_timezone: moved.timezone,
    state: 'done',
    done: 3,
    total: 3,
    error: null,
    requested_at: '2026-11-07T10:00:00Z',
    finished_at: '2026-11-07T10:00:01Z',
  };
  // The list that is asked for beside the change is of before it.
  let looks = 0;
  const server = fakeServer({
    '/rest/v1/profiles': admin,
    '/rest/v1/domain_keys': () => ({ body: [] }),
    '/rest/v1/timezone_changes': () => ({ body: server.callsTo(CHANGE).length ? [done] : [] }),
    [CHANGE]: () => ({ status: 202, body: { id: 'c-1' } }),
    [LIST]: () => {
      if (server.callsTo(CHANGE).length > 0) looks += 1;
      return { body: [{ ...CLIENT, domains: [looks > 1 ? moved : SITE] }] };
    },
    [COUNT]: () => ({ body: 1 }),
  });
  const { signIn, user } = openApp(`/clients/acme.com?${SCOPE}&tab=timezone`);
  await signIn();
  const timezone = await screen.findByRole('combobox', { name: 'Timezone' });
  await user.clear(timezone);
  await user.type(timezone, 'Kiritimati');
  await user.click(await screen.findByRole('option', { name: 'Pacific/Kiritimati' }));
  await user.click(screen.getByRole('button', { name: 'Change the timezone' }));
  const sites = await screen.findByRole('list', { name: 'Websites of Acme Inc' });
  await waitFor(() => expect(sites).toHaveTextContent('Pacific/Kiritimati'));
});
