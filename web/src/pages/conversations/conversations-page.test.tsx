import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { conversation, listed } from './testing';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/list_conversations';
const COUNT = '/rest/v1/rpc/count_conversations';
const ONE = '/rest/v1/conversations';
const NOTE = '/rest/v1/rpc/note_transcript_view';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  [LIST]: () => ({ body: [listed('a'), listed('b')] }),
  [COUNT]: () => ({ body: 1234 }),
  [ONE]: ({ query }: { query: URLSearchParams }) => ({
    body: conversation((query.get('id') ?? '').replace('eq.', '')),
  }),
};

describe('the list', () => {
  it('shows the exact count beside the first page', async () => {
    fakeServer(routes);
    await openApp(`/conversations?${SCOPE}`).signIn();
    expect(await screen.findByText('1,234 conversations')).toBeInTheDocument();
    const list = await screen.findByRole('list', { name: 'Conversations' });
    expect(within(list).getAllByRole('link')).toHaveLength(2);
    expect(within(list).getByText('Question of a')).toBeInTheDocument();
  });

  it('asks by the filters of the address', async () => {
    const server = fakeServer(routes);
    await openApp(`/conversations?${SCOPE}&q=price&conversions=demo_booked&turns=2`).signIn();
    await screen.findByRole('list', { name: 'Conversations' });
    const filter = {
      from: '2026-11-01',
      to: '2026-11-07',
      search: 'price',
      conversions: ['demo_booked'],
      min_turns: 2,
    };
    expect(server.callsTo(LIST)[0]?.body.p_filter).toEqual(filter);
    expect(server.callsTo(COUNT)[0]?.body.p_filter).toEqual(filter);
  });

  it('of which nothing is known but the domain says no more than that where room is short', async () => {
    const unknown = { ...listed('a'), page: null, country: null, topic_label: null };
    fakeServer({ ...routes, [LIST]: () => ({ body: [unknown] }) });
    await openApp(`/conversations?${SCOPE}`).signIn();
    const about = await screen.findByText('Learn', { selector: '[class*=placeAbout]' });
    expect(about).toHaveTextContent(/^Learn$/);
  });

  it('goes on from the cursor of the last row', async () => {
    const page = Array.from({ length: 50 }, (_, index) => listed(`row-${index}`));
    const server = fakeServer({
      ...routes,
      [LIST]: ({ body }) => ({ body: body.p_after ? [listed('last')] : page }),
    });
    const { signIn, user } = openApp(`/conversations?${SCOPE}`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: 'Load more' }));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull());
    expect(server.callsTo(LIST).map((call) => call.body.p_after)).toEqual([null, { id: 'row-49' }]);
    expect(screen.getByText('All 51 are shown.')).toBeInTheDocument();
  });

  it('keeps what is there when a further page fails, and can ask for it again', async () => {
    const page = Array.from({ length: 50 }, (_, index) => listed(`row-${index}`));
    let fails = true;
    fakeServer({
      ...routes,
      [LIST]: ({ body }) => {
        if (!body.p_after) return { body: page };
        if (fails) return { status: 400, body: { code: 'PT400', message: 'That cursor is none' } };
        return { body: [listed('last')] };
      },
    });
    const { signIn, user } = openApp(`/conversations?${SCOPE}`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: 'Load more' }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('That cursor is none');
    fails = false;
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('All 51 are shown.')).toBeInTheDocument();
  });

  it('writes what is searched into the address', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/conversations?${SCOPE}`);
    await signIn();
    await user.type(await screen.findByLabelText('Search what was said'), 'price{Enter}');
    await waitFor(() => expect(window.location.search).toContain('q=price'));
  });

  it('that is empty offers to clear the filters', async () => {
    fakeServer({ ...routes, [LIST]: () => ({ body: [] }) });
    const { signIn, user } = openApp(`/conversations?${SCOPE}&q=nothing`);
    await signIn();
    const empty = await screen.findByText('No conversations match these filters');
    expect(empty).toBeInTheDocument();
    await user.click(
      screen.getAllByRole('button', { name: 'Clear the filters' })[0] as HTMLElement,
    );
    await waitFor(() => expect(window.location.search).not.toContain('q='));
  });
});

describe('the transcript', () => {
  it('opens at its own address, and the keyboard goes on and closes', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/conversations?${SCOPE}&q=price`);
    await signIn();
    await screen.findByText('Question of a');
    await user.keyboard('j');
    expect(await screen.findByText('Name of a')).toBeInTheDocument();
    expect(window.location.pathname).toBe('/conversations/abtasty.com/a');
    expect(window.location.search).toContain('q=price');
    expect(screen.getByText('Answer').tagName).toBe('STRONG');
    expect(screen.getByText('answered in 2s')).toBeInTheDocument();

    await user.click(screen.getByRole('button', { name: 'Next conversation' }));
    expect(await screen.findByText('Name of b')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Next conversation' })).toBeDisabled();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(window.location.pathname).toBe('/conversations'));
  });

  it.each([true, false])('is noted of staff alone who view the product (%s)', async (viewing) => {
    const access = { user_id: 'u-1', is_viewing: viewing, email: 'user@user.com', full_name: '' };
    const ends = viewing ? new Date(Date.now() + 600_000).toISOString() : null;
    const server = fakeServer({
      ...routes,
      '/rest/v1/rpc/get_my_access': () => ({
        body: [{ ...access, view_ends_at: ends, lacks_second_factor: false }],
      }),
    });
    await openApp(`/conversations/abtasty.com/a?${SCOPE}`).signIn();
    expect(await screen.findByText('Name of a')).toBeInTheDocument();
    const asked = { p_site_domain: 'abtasty.com', p_conversation_id: 'a' };
    const noted = server.callsTo(NOTE).map((call) => call.body);
    expect(noted).toEqual(viewing ? [asked] : []);
  });

  it('that does not exist says so', async () => {
    fakeServer({
      ...routes,
      [ONE]: () => ({
        status: 406,
        body: {
          code: 'PGRST116',
          message: 'The result contains 0 rows',
          details: null,
          hint: null,
        },
      }),
    });
    await openApp(`/conversations/abtasty.com/gone?${SCOPE}`).signIn();
    expect(await screen.findByText('Not found')).toBeInTheDocument();
  });
});
