import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { ListedTicket } from '@/data/ticket-list';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/list_tickets';
const COUNT = '/rest/v1/rpc/count_tickets';
const ONE = '/rest/v1/rpc/get_ticket';
const CREATE = '/support/v1/tickets/abtasty.com';
const LINEAR = '/support/v1/linear';
const ID = 'b0000000-0000-4000-8000-00000000000a';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

function listed(more: Partial<ListedTicket> = {}): ListedTicket {
  return {
    site_domain: 'abtasty.com',
    id: ID,
    kind: 'other',
    title: 'The export is empty',
    verdict: null,
    conversation_id: null,
    message_id: null,
    reporter: 'Ada',
    created_at: '2026-11-05T10:00:00Z',
    changed_at: '2026-11-05T10:00:00Z',
    status: 'in_progress',
    delivery: 'sent',
    attempts: 1,
    last_error: null,
    next_attempt_at: null,
    linear_identifier: 'ROSE-7',
    linear_url: 'https://linear.app/rose/issue/ROSE-7',
    linear_state: 'In Review',
    cursor: { id: ID },
    ...more,
  };
}

const ticket = (more: object = {}) => ({
  ...listed(),
  description: 'Since <b>this morning</b>.',
  expected_answer: null,
  session_id: null,
  answer: null,
  sent_at: null,
  linear_checked_at: null,
  erased_at: null,
  comments: [],
  history: [
    { id: 'e1', at: '2026-11-05T10:00:00Z', kind: 'created', data: {}, actor: 'Ada', detail: null },
  ],
  ...more,
});

const routes = { [LIST]: () => ({ body: [listed()] }), [COUNT]: () => ({ body: 1 }) };

// The table draws only rows that are in sight, and nothing is in a document without a layout.
const found = () => screen.findByText('1 ticket');

it('shows the tickets once it knows what stands above them', async () => {
  let answer: (reply: { body: object }) => void = () => undefined;
  const linear = new Promise<{ body: object }>((resolve) => {
    answer = resolve;
  });
  fakeServer({ ...routes, [LINEAR]: () => linear });
  await openApp(`/support?${SCOPE}`).signIn();
  await found();
  expect(screen.getByRole('status', { name: 'Loading the tickets' })).toBeInTheDocument();
  answer({ body: { configured: false, is_admin: false, waiting: 1 } });
  expect(await screen.findByText('Tickets are kept here for now')).toBeInTheDocument();
  expect(screen.getByRole('table', { name: 'Tickets' })).toBeInTheDocument();
});

it('asks by the filters of the address, list and count alike', async () => {
  const server = fakeServer(routes);
  await openApp(`/support?${SCOPE}&q=export&kind=other&status=open,done&sort=changed`).signIn();
  await found();
  const filter = {
    from: '2026-11-01',
    to: '2026-11-07',
    search: 'export',
    kind: 'other',
    status: ['open', 'done'],
  };
  expect(server.callsTo(LIST)[0]?.body).toMatchObject({ p_filter: filter, p_sort: 'changed' });
  expect(server.callsTo(COUNT)[0]?.body.p_filter).toEqual(filter);
});

it('says what to do when there is nothing, and opens the form', async () => {
  fakeServer();
  const { signIn, user } = openApp(`/support?${SCOPE}`);
  await signIn();
  const empty = await screen.findByText('No tickets in this range');
  await user.click(
    within(empty.closest('[role=status]') as HTMLElement).getByRole('button', {
      name: 'New ticket',
    }),
  );
  expect(await screen.findByRole('dialog', { name: 'New ticket' })).toBeInTheDocument();
  expect(window.location.search).toContain('new=other');
});

it('sends another issue, and tells mistakes beside their fields', async () => {
  let refused = true;
  const server = fakeServer({
    [CREATE]: () =>
      refused
        ? {
            status: 422,
            body: {
              message: 'It contains control characters.',
              errors: [{ field: 'title', message: 'It contains control characters.' }],
            },
          }
        : { status: 201, body: { ticket: { site_domain: 'abtasty.com', id: ID } } },
  });
  const { signIn, user } = openApp(`/support?${SCOPE}&new=other`);
  await signIn();
  const dialog = await screen.findByRole('dialog', { name: 'New ticket' });
  await user.click(within(dialog).getByRole('button', { name: 'Send' }));
  expect(within(dialog).getAllByText('This is needed.')).toHaveLength(2);
  expect(server.callsTo(CREATE)).toHaveLength(0);
  await user.type(within(dialog).getByLabelText(/^Title/), 'The export is empty');
  await user.type(within(dialog).getByLabelText(/^What happened/), 'Since this morning.');
  await user.click(within(dialog).getByRole('button', { name: 'Send' }));
  expect(
    (await within(dialog).findAllByText('It contains control characters.')).length,
  ).toBeGreaterThan(0);
  refused = false;
  await user.click(within(dialog).getByRole('button', { name: 'Send' }));
  expect(await screen.findByText('Reported')).toBeInTheDocument();
  const [first, second] = server.callsTo(CREATE);
  expect(second?.body).toMatchObject({
    kind: 'other',
    title: 'The export is empty',
    description: 'Since this morning.',
  });
  // The same again is the same ticket.
  expect(second?.body.id).toBe(first?.body.id);
  expect(second?.body.id).toMatch(
    /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  );
});

const bare = {
  configured: false,
  is_admin: false,
  waiting: 2,
  failing: false,
  last_error: null,
  last_detail: null,
  failed_at: null,
  paused_until: null,
};

it('says plainly that Linear is not set up', async () => {
  fakeServer({ ...routes, [LINEAR]: () => ({ body: bare }) });
  await openApp(`/support?${SCOPE}`).signIn();
  expect(await screen.findByText('Tickets are kept here for now')).toBeInTheDocument();
  expect(screen.getByText(/2 tickets wait\./)).toBeInTheDocument();
  expect(screen.queryByText(/BACKOFFICE_/)).toBeNull();
});

it('tells staff what is missing', async () => {
  const missing = ['BACKOFFICE_LINEAR_API_KEY'];
  const staff = { ...bare, is_admin: true, missing, webhook_url: 'https://x.test/hook' };
  fakeServer({ ...routes, [LINEAR]: () => ({ body: staff }) });
  const { signIn, user } = openApp(`/support?${SCOPE}`);
  await signIn();
  const missingName = await screen.findByText('BACKOFFICE_LINEAR_API_KEY');
  expect(missingName).not.toBeVisible();
  await user.click(screen.getByText('What to set on the server'));
  expect(missingName).toBeVisible();
  expect(screen.getByText('https://x.test/hook')).toBeVisible();
});

it('shows one ticket with its history and public comments, and nothing of it as markup', async () => {
  const comments = [
    { id: 'c1', author: 'Rosa', body: 'We **found** it.', written_at: '2026-11-06T10:00:00Z' },
  ];
  const history = [
    ...ticket().history,
    {
      id: 'e2',
      at: '2026-11-05T10:01:00Z',
      kind: 'failed',
      data: { error: 'timeout', attempt: 1 },
      actor: null,
      detail: 'inner words',
    },
    {
      id: 'e3',
      at: '2026-11-05T10:02:00Z',
      kind: 'sent',
      data: { identifier: 'ROSE-7' },
      actor: null,
      detail: null,
    },
    {
      id: 'e4',
      at: '2026-11-05T10:03:00Z',
      kind: 'status',
      data: { from: 'Todo', to: 'In Review' },
      actor: null,
      detail: null,
    },
    {
      id: 'e5',
      at: '2026-11-05T10:04:00Z',
      kind: 'erased',
      data: { identifier: 'ROSE-7' },
      actor: null,
      detail: null,
    },
  ];
  fakeServer({ [ONE]: () => ({ body: [ticket({ comments, history })] }) });
  await openApp(`/support/abtasty.com/${ID}?${SCOPE}`).signIn();
  expect(await screen.findByText('Since <b>this morning</b>.')).toBeInTheDocument();
  expect(screen.getByText('found')).toBeInTheDocument();
  expect(screen.getByText(/Ada reported it/)).toBeInTheDocument();
  expect(screen.getByText(/Linear did not answer in time\./)).toBeInTheDocument();
  expect(screen.getByText('Linear said: inner words')).toBeInTheDocument();
  expect(screen.getByText(/Todo → In Review/)).toBeInTheDocument();
  expect(screen.getByText(/ROSE-7 meanwhile, which Rose’s team has to delete/)).toBeInTheDocument();
  const link = screen.getByRole('link', { name: 'ROSE-7' });
  expect(link).toHaveAttribute('href', 'https://linear.app/rose/issue/ROSE-7');
});

it('leads nowhere but to the web', async () => {
  const evil = { linear_url: 'javascript:alert(1)' };
  fakeServer({ [ONE]: () => ({ body: [ticket(evil)] }) });
  await openApp(`/support/abtasty.com/${ID}?${SCOPE}`).signIn();
  expect(await screen.findByText('ROSE-7')).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'ROSE-7' })).toBeNull();
});

it('has a ticket that did not go out sent now', async () => {
  const waiting = {
    delivery: 'waiting',
    status: 'waiting',
    last_error: 'server_error',
    next_attempt_at: '2026-11-05T11:00:00Z',
    linear_identifier: null,
    linear_url: null,
  };
  const server = fakeServer({
    ...routes,
    [ONE]: () => ({ body: [ticket(waiting)] }),
    [`${CREATE}/${ID}/retry`]: () => ({ body: { ticket: { id: ID } } }),
  });
  const { signIn, user } = openApp(`/support/abtasty.com/${ID}?${SCOPE}`);
  await signIn();
  expect(await screen.findByText(/tried again at/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Send now' }));
  await waitFor(() => expect(server.callsTo(`${CREATE}/${ID}/retry`)).toHaveLength(1));
});

it('of nobody’s ticket says that there is none', async () => {
  fakeServer({ ...routes, [ONE]: () => ({ body: [] }) });
  await openApp(`/support/abtasty.com/${ID}?${SCOPE}`).signIn();
  expect(await screen.findByText('There is no such ticket for you.')).toBeInTheDocument();
});
