import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { ACCOUNT_ID, listedVisitor } from '@/testing/people';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/get_visitor_stats_with_intent';
const COUNT = '/rest/v1/rpc/count_visitors';
const TIMELINE = '/rest/v1/rpc/get_visitor_timeline';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const visitor = (id: string) => ({
  ...listedVisitor(id),
  counts: true,
  browser: 'Chrome',
  os: 'Linux',
  language: 'fr',
  account: { id: ACCOUNT_ID, name: 'Client Inc', domain: 'client.example' },
});

const done = (kind: string, name: string, at: string, more: object = {}) => ({
  at,
  kind,
  name,
  session_id: 's1',
  conversation_id: null,
  page: '/pricing',
  text: null,
  details: {},
  cursor: { at, key: `${kind} ${name} ${at}` },
  ...more,
});

const routes = {
  [LIST]: () => ({ body: [listedVisitor('ann'), listedVisitor('ben', { name: null })] }),
  [COUNT]: () => ({ body: 2 }),
  '/rest/v1/visitors': ({ query }: { query: URLSearchParams }) => ({
    body: visitor((query.get('id') ?? '').replace('eq.', '')),
  }),
  '/rest/v1/conversations': () => ({
    body: [
      {
        id: 'k1',
        demo_booked: false,
        cta_clicked: true,
        demo_proposed: true,
        visitor_message_count: 3,
        interest_score: 4,
        signals: [],
      },
    ],
  }),
  '/rest/v1/accounts': () => ({ body: { id: ACCOUNT_ID, name: 'Client Inc' } }),
  [TIMELINE]: () => ({
    body: [
      done('message', 'visitor', '2026-11-05T10:02:00Z', {
        text: '<b>How much?</b>',
        conversation_id: 'k1',
      }),
      done('widget', 'widget_opened', '2026-11-05T10:01:00Z'),
      done('page', '$pageview', '2026-11-04T10:00:00Z', { session_id: 's0' }),
    ],
  }),
};

describe('the table', () => {
  it('shows the exact count and what is known of each visitor', async () => {
    fakeServer(routes);
    await openApp(`/visitors?${SCOPE}`).signIn();
    expect(await screen.findByText('2 visitors')).toBeInTheDocument();
    const [, first, second] = within(
      await screen.findByRole('table', { name: 'Visitors' }),
    ).getAllByRole('row') as [HTMLElement, HTMLElement, HTMLElement];
    expect(within(first).getByRole('rowheader')).toHaveTextContent('Name of annann@client.example');
    expect(within(first).getByText('Engaged')).toBeInTheDocument();
    expect(within(first).getByText('1,234')).toBeInTheDocument();
    expect(within(first).getByRole('link', { name: 'Client Inc' })).toHaveAttribute(
      'href',
      `/accounts/abtasty.com/${ACCOUNT_ID}?${SCOPE}`,
    );
    expect(within(second).getByRole('rowheader')).toHaveTextContent('ben@client.example');
  });

  it('asks by the filters of the address', async () => {
    const server = fakeServer(routes);
    await openApp(
      `/visitors?${SCOPE}&q=ann&status=known&score=4,5&did=engaged&account=${ACCOUNT_ID}&sort=score`,
    ).signIn();
    await screen.findByRole('table', { name: 'Visitors' });
    const filter = {
      from: '2026-11-01',
      to: '2026-11-07',
      search: 'ann',
      statuses: ['known'],
      scores: [4, 5],
      did: 'engaged',
      account_id: ACCOUNT_ID,
    };
    expect(server.callsTo(LIST)[0]?.body).toMatchObject({ p_filter: filter, p_sort: 'score' });
    expect(server.callsTo(COUNT)[0]?.body.p_filter).toEqual(filter);
    expect(screen.getByText('Engaged in the range')).toBeInTheDocument();
    expect(await screen.findByText('Company: Client Inc')).toBeInTheDocument();
  });

  it('loses a filter that came with a link when its chip is removed', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/visitors?${SCOPE}&did=engaged`);
    await signIn();
    const remove = { name: 'Remove the filter “Engaged in the range”' };
    await user.click(await screen.findByRole('button', remove));
    await waitFor(() => expect(window.location.search).not.toContain('did'));
  });

  it('is sorted by its heads, and says by which', async () => {
    const server = fakeServer(routes);
    const { signIn, user } = openApp(`/visitors?${SCOPE}`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: 'Page views' }));
    await waitFor(() => expect(window.location.search).toContain('sort=page_views'));
    const head = screen.getByRole('columnheader', { name: /^Page views/ });
    expect(head).toHaveAttribute('aria-sort', 'descending');
    await waitFor(() => expect(server.callsTo(LIST).at(-1)?.body.p_sort).toBe('page_views'));
    await user.click(screen.getByRole('button', { name: 'Last seen' }));
    await waitFor(() => expect(window.location.search).not.toContain('sort'));
  });

  it('goes on from the cursor of the last row', async () => {
    const page = Array.from({ length: 50 }, (_, index) => listedVisitor(`row-${index}`));
    const server = fakeServer({
      ...routes,
      [LIST]: ({ body }) => ({ body: body.p_after ? [listedVisitor('last')] : page }),
    });
    const { signIn, user } = openApp(`/visitors?${SCOPE}`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: 'Load more' }));
    expect(await screen.findByText('All 51 are shown.')).toBeInTheDocument();
    expect(server.callsTo(LIST).map((call) => call.body.p_after)).toEqual([null, { id: 'row-49' }]);
  });

  it('that is empty offers to clear the filters', async () => {
    fakeServer({ ...routes, [LIST]: () => ({ body: [] }) });
    const { signIn, user } = openApp(`/visitors?${SCOPE}&country=FR`);
    await signIn();
    expect(await screen.findByText('No visitors match these filters')).toBeInTheDocument();
    await user.click(
      screen.getAllByRole('button', { name: 'Clear the filters' })[0] as HTMLElement,
    );
    await waitFor(() => expect(window.location.search).not.toContain('country'));
  });

  it('that failed says what to quote and can be asked again', async () => {
    let fails = true;
    fakeServer({
      ...routes,
      [LIST]: () =>
        fails
          ? { status: 400, body: { code: 'PT400', message: 'p_filter.did is not a valid step' } }
          : routes[LIST](),
    });
    const { signIn, user } = openApp(`/visitors?${SCOPE}`);
    await signIn();
    expect(await screen.findByText('p_filter.did is not a valid step')).toBeInTheDocument();
    fails = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('table', { name: 'Visitors' })).toBeInTheDocument();
  });
});

describe('the panel', () => {
  it('opens at its own address with what happened, and the keyboard goes on and closes', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/visitors?${SCOPE}&q=n`);
    await signIn();
    await user.click(await screen.findByText('Name of ann'));
    expect(await screen.findByRole('heading', { name: 'Name of ann' })).toBeInTheDocument();
    expect(window.location.pathname).toBe('/visitors/abtasty.com/ann');
    expect(await screen.findByText('Clicked a call to action')).toBeInTheDocument();

    const timeline = await screen.findByRole('list', { name: 'Timeline' });
    expect(within(timeline).getByText(/^Thursday,? 5 November 2026$/)).toBeInTheDocument();
    expect(within(timeline).getByText('Session, 11:01 – 11:02')).toBeInTheDocument();
    expect(within(timeline).getByText('<b>How much?</b>')).toBeInTheDocument();
    expect(within(timeline).getByRole('link', { name: 'Conversation' })).toHaveAttribute(
      'href',
      `/conversations/abtasty.com/k1?${SCOPE}`,
    );

    await user.click(screen.getByRole('button', { name: 'Next visitor' }));
    expect(await screen.findByText('Name of ben')).toBeInTheDocument();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(window.location.pathname).toBe('/visitors'));
    expect(window.location.search).toContain('q=n');
    await waitFor(() =>
      expect(screen.getByRole('link', { name: /Name of ben|ben@/ })).toHaveFocus(),
    );
  });

  it('leaves the view its name', async () => {
    fakeServer({
      ...routes,
      '/rest/v1/rpc/list_saved_views': () => ({
        body: [{ id: 'v1', name: 'Ann and Ben', search: { q: 'n' }, site_domain: null }],
      }),
    });
    await openApp(`/visitors/abtasty.com/ann?${SCOPE}&q=n&tab=sessions`).signIn();
    expect(await screen.findByRole('button', { name: 'Ann and Ben' })).toBeInTheDocument();
  });

  it('keeps the chosen kinds and tab in the address', async () => {
    const server = fakeServer({
      ...routes,
      '/rest/v1/enrichments': () => ({
        body: [
          {
            id: 'e1',
            field: 'industry',
            value: 'Retail',
            source: 'directory',
            confidence: 0.9,
            observed_at: '2026-11-05T10:00:00Z',
            previous_value: 'Software',
            previous_source: 'reveal',
            is_current: true,
          },
        ],
      }),
    });
    const { signIn, user } = openApp(`/visitors/abtasty.com/ann?${SCOPE}`);
    await signIn();
    await user.click(await screen.findByRole('checkbox', { name: 'Messages' }));
    await waitFor(() => expect(window.location.search).toContain('kinds=message'));
    await waitFor(() => expect(server.callsTo(TIMELINE).at(-1)?.body.p_kinds).toEqual(['message']));

    await user.click(screen.getByRole('tab', { name: 'Enrichment' }));
    const known = await screen.findByRole('table', { name: 'What is known' });
    expect(known).toHaveTextContent('Retailreplaced “Software” (The page)');
    expect(known).toHaveTextContent('Directory of companies · 90.0% certain');
    expect(window.location.search).toContain('tab=enrichment');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(window.location.pathname).toBe('/visitors'));
  });

  it('that does not exist says so', async () => {
    fakeServer({
      ...routes,
      '/rest/v1/visitors': () => ({
        status: 406,
        body: { code: 'PGRST116', message: 'The result contains 0 rows' },
      }),
    });
    await openApp(`/visitors/abtasty.com/gone?${SCOPE}`).signIn();
    expect(await screen.findByText('Not found')).toBeInTheDocument();
  });
});
