import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { ListedUser } from '@/data/users';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/get_users';
const ADA = 'a0000000-0000-4000-8000-00000000000a';
const BEN = 'a0000000-0000-4000-8000-00000000000b';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

function user(id: string, given: Partial<Omit<ListedUser, 'site_domain'>> = {}) {
  return {
    id,
    email: `${given.full_name?.toLowerCase() ?? 'someone'}@client.example`,
    full_name: '',
    role: 'user',
    state: 'active',
    site_domains: ['abtasty.com'],
    created_at: '2026-11-01T10:00:00Z',
    last_sign_in_at: null,
    sessions: 1,
    has_second_factor: false,
    mfa_required: false,
    needs_second_factor: false,
    invited_at: null,
    invited_by: null,
    invitation_expires_at: null,
    disabled_at: null,
    cursor: { id },
    ...given,
  };
}

const ADAS = user(ADA, { full_name: 'Ada' });
const BENS = user(BEN, { full_name: 'Ben', state: 'invited', sessions: 0 });
const staff = {
  '/rest/v1/profiles': () => ({
    body: { id: 'u-1', email: 'admin@admin.com', full_name: 'Admin', role: 'admin' },
  }),
  '/rest/v1/rpc/count_users': () => ({ body: 2 }),
  '/rest/v1/rpc/get_access_settings': () => ({ body: [{ admins_need_second_factor: false }] }),
  [LIST]: ({ body }: { body: Record<string, unknown> }) => {
    const { id } = body.p_filter as { id?: string };
    return { body: [ADAS, BENS].filter((each) => id === undefined || each.id === id) };
  },
};

it('is for staff, and asks nothing for anybody else', async () => {
  const server = fakeServer();
  await openApp(`/users?${SCOPE}`).signIn();
  expect(await screen.findByText('This page is for Rose staff')).toBeInTheDocument();
  expect(server.callsTo(LIST)).toHaveLength(0);
  expect(screen.queryByRole('link', { name: 'Users' })).toBeNull();
});

it('lists who signs in by the filters of the address', async () => {
  const server = fakeServer(staff);
  await openApp(`/users?${SCOPE}&q=a&role=user&state=active&of=abtasty.com&factor=off`).signIn();
  expect(await screen.findByText('2 users')).toBeInTheDocument();
  expect(server.callsTo(LIST)[0]?.body).toMatchObject({
    p_filter: {
      search: 'a',
      role: 'user',
      state: 'active',
      domain: 'abtasty.com',
      second_factor: false,
    },
    p_sort: 'name',
  });
  const table = screen.getByRole('table', { name: 'Users' });
  expect(within(table).getByRole('link', { name: 'Ada' })).toBeInTheDocument();
  expect(within(table).getByText('Invited')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Users' })).toBeInTheDocument();
});

it('invites by e-mail, and says what was wrong at its field', async () => {
  let refused = true;
  const server = fakeServer({
    ...staff,
    '/users/v1/invitations': () =>
      refused
        ? {
            status: 409,
            body: { code: 'conflict', message: 'Somebody is here already.', field: 'email' },
          }
        : { status: 201, body: { id: BEN } },
  });
  const { signIn, user: person } = openApp(`/users?${SCOPE}`);
  await signIn();
  await person.click(await screen.findByRole('button', { name: 'Invite' }));
  const dialog = await screen.findByRole('dialog');
  await person.type(within(dialog).getByLabelText('E-mail'), 'eve@client.example');
  await person.click(within(dialog).getByRole('button', { name: 'Send the invitation' }));
  expect(await within(dialog).findByText('Somebody is here already.')).toBeInTheDocument();
  refused = false;
  await person.click(within(dialog).getByRole('button', { name: 'Send the invitation' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(server.callsTo('/users/v1/invitations').at(-1)?.body).toEqual({
    email: 'eve@client.example',
    full_name: '',
    role: 'user',
    domains: [],
  });
});

it('says what disabling does before it is done', async () => {
  const path = `/users/v1/users/${ADA}/disabled`;
  const server = fakeServer({ ...staff, [path]: () => ({ body: {} }) });
  const { signIn, user: person } = openApp(`/users/${ADA}?${SCOPE}`);
  await signIn();
  await person.click(await screen.findByRole('button', { name: 'Disable' }));
  // Ada has none to lose.
  expect(screen.queryByRole('button', { name: 'Take the second factor away' })).toBeNull();
  const dialog = await screen.findByRole('dialog', { name: 'Disable this user?' });
  expect(within(dialog).getByText(/signed out at once and cannot sign in/)).toBeInTheDocument();
  expect(server.callsTo(path)).toHaveLength(0);
  await person.click(within(dialog).getByRole('button', { name: 'Disable' }));
  await waitFor(() => expect(server.callsTo(path)[0]?.body).toEqual({ disabled: true }));
});

it('takes a lost second factor away', async () => {
  const path = `/users/v1/users/${ADA}/second-factor`;
  const server = fakeServer({
    ...staff,
    [LIST]: () => ({ body: [{ ...ADAS, has_second_factor: true }] }),
    [path]: () => ({ body: { removed: 1 } }),
  });
  const name = 'Take the second factor away';
  const { signIn, user: person } = openApp(`/users/${ADA}?${SCOPE}`);
  await signIn();
  await person.click(await screen.findByRole('button', { name }));
  const dialog = await screen.findByRole('dialog', { name: 'Take their second factor away?' });
  expect(within(dialog).getByText(/make sure that it is Ada who asks/)).toBeInTheDocument();
  await person.click(within(dialog).getByRole('button', { name }));
  await waitFor(() => expect(server.callsTo(path)).toHaveLength(1));
});

it('asks before it makes somebody staff', async () => {
  const path = `/users/v1/users/${ADA}`;
  const server = fakeServer({ ...staff, [path]: () => ({ body: {} }) });
  const { signIn, user: person } = openApp(`/users/${ADA}?${SCOPE}`);
  await signIn();
  await person.click(await screen.findByRole('radio', { name: 'Rose staff' }));
  await person.click(screen.getByRole('button', { name: 'Save' }));
  const dialog = await screen.findByRole('dialog', { name: 'Make them Rose staff?' });
  expect(server.callsTo(path)).toHaveLength(0);
  await person.click(within(dialog).getByRole('button', { name: 'Change the role' }));
  await waitFor(() => expect(server.callsTo(path)[0]?.body).toEqual({ role: 'admin' }));
});

it('assigns domains to several at once', async () => {
  const server = fakeServer({
    ...staff,
    '/users/v1/domains': () => ({ body: { changed: 2 } }),
  });
  const { signIn, user: person } = openApp(`/users?${SCOPE}`);
  await signIn();
  await person.click(await screen.findByRole('checkbox', { name: 'Choose Ada' }));
  await person.click(screen.getByRole('checkbox', { name: 'Choose Ben' }));
  const bar = screen.getByRole('region', { name: 'Chosen users' });
  expect(within(bar).getByText('2 users chosen')).toBeInTheDocument();
  await person.click(within(bar).getByRole('button', { name: 'Assign domains' }));
  const dialog = await screen.findByRole('dialog');
  await person.click(within(dialog).getByRole('combobox', { name: 'Domains' }));
  await person.click(await screen.findByRole('option', { name: 'abtasty.com' }));
  await person.click(within(dialog).getByRole('button', { name: 'Assign' }));
  await waitFor(() =>
    expect(server.callsTo('/users/v1/domains')[0]?.body).toEqual({
      user_ids: [ADA, BEN],
      add: ['abtasty.com'],
      remove: [],
    }),
  );
});

const VIEWING = {
  user_id: ADA,
  is_viewing: true,
  email: 'ada@client.example',
  full_name: 'Ada',
  view_ends_at: '2999-01-01T00:00:00Z',
  lacks_second_factor: false,
};
const MYSELF = {
  ...VIEWING,
  user_id: 'u-1',
  is_viewing: false,
  full_name: 'Admin',
  view_ends_at: null,
};

it('shows as whom one views the product, until one ends it', async () => {
  let viewing = false;
  const server = fakeServer({
    ...staff,
    '/rest/v1/rpc/get_my_access': () => ({ body: [viewing ? VIEWING : MYSELF] }),
    '/users/v1/view': ({ method }) => {
      viewing = method === 'POST';
      return viewing ? { body: { ends_at: VIEWING.view_ends_at } } : { status: 204, body: null };
    },
  });
  const { signIn, user: person } = openApp(`/users/${ADA}?${SCOPE}`);
  await signIn();
  await person.click(await screen.findByRole('button', { name: 'View as this user' }));
  await person.click(await screen.findByRole('button', { name: 'Start viewing' }));
  const banner = await screen.findByRole('region', { name: 'Viewing as somebody else' });
  expect(within(banner).getByText('Ada')).toBeInTheDocument();
  await waitFor(() => expect(window.location.pathname).toBe('/dashboard'));
  expect(server.callsTo('/users/v1/view')[0]?.body).toEqual({ user_id: ADA });
  await person.click(within(banner).getByRole('button', { name: 'End the view' }));
  await waitFor(() => expect(window.location.pathname).toBe(`/users/${ADA}`));
  expect(screen.queryByRole('region', { name: 'Viewing as somebody else' })).toBeNull();
});

it('leads to the second factor who needs one and has none', async () => {
  fakeServer({
    '/rest/v1/rpc/get_my_access': () => ({ body: [{ ...MYSELF, lacks_second_factor: true }] }),
  });
  await openApp(`/dashboard?${SCOPE}`).signIn();
  expect(await screen.findByText('Your account needs a second factor')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Set it up' })).toHaveAttribute(
    'href',
    expect.stringContaining('/account'),
  );
});

it('whose session was ended by somebody else is told so at the sign-in', async () => {
  let ended = false;
  fakeServer({
    ...staff,
    [LIST]: () =>
      ended
        ? { status: 401, body: { code: 'PT401', message: 'Your session has ended.' } }
        : { body: [ADAS, BENS] },
  });
  const { signIn, user: person } = openApp(`/users?${SCOPE}`);
  await signIn();
  await screen.findByText('2 users');
  ended = true;
  await person.click(screen.getByRole('button', { name: 'Sessions' }));
  expect(await screen.findByText(/You were signed out\. If you cannot/)).toBeInTheDocument();
});
