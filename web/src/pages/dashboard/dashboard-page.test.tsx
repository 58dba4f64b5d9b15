import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SummaryRow } from '@/data/dashboard-summary';
import { setLocale } from '@/lib/format';
import { CONFIG, fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { ACCOUNT_ID, listedAccount } from '@/testing/people';

const ADDRESS = '/dashboard?domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const SUMMARY = '/rest/v1/rpc/get_dashboard_summary';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

function row(
  metric: string,
  value: number,
  base: number | null,
  previous: number,
  conversations: number | null = null,
): SummaryRow {
  const rate = base ? value / base : null;
  const previousRate = base ? previous / base : null;
  return {
    metric,
    value,
    base,
    rate,
    previous_value: previous,
    previous_base: base,
    previous_rate: previousRate,
    conversations,
    previous_conversations: conversations,
    previous_from: '2026-10-25',
    previous_to: '2026-10-31',
    recountable_from: null,
  };
}

const ROWS = [
  row('widget_displays', 4000, null, 2000),
  row('visitors', 1500, null, 1500),
  row('engaged_visitors', 120, 1000, 100),
  row('conversations', 200, null, 250),
  row('messaged_conversations', 160, 200, 160),
  row('turns', 480, 160, 480),
  row('emails_captured', 8, 160, 0),
  row('demos_proposed', 40, 160, 20, 38),
  row('cta_clicks', 0, 160, 0),
  row('demos_booked', 4, 160, 4, 4),
];

async function tile(label: string) {
  const figures = await screen.findByLabelText('Figures');
  const term = await within(figures).findByText(label);
  return term.closest('div') as HTMLElement;
}

describe('the tiles', () => {
  it('show value, rate and change', async () => {
    fakeServer({ [SUMMARY]: () => ({ body: ROWS }) });
    await openApp(ADDRESS).signIn();
    expect(await tile('Widget displays')).toHaveTextContent('4,000');
    expect(await tile('Widget displays')).toHaveTextContent('up 100.0%, from 2,000');
    expect(await tile('Engagement rate')).toHaveTextContent('12.0%');
    expect(await tile('Engagement rate')).toHaveTextContent('up 2.0 percentage points');
    expect(await tile('Conversations')).toHaveTextContent('down 20.0%, from 250');
    expect(await tile('Turns per conversation')).toHaveTextContent('3.0');
    expect(await tile('Demos proposed')).toHaveTextContent('25.0% of messaged conversations');
    expect(await tile('E-mails captured')).toHaveTextContent('no comparison');
    expect(await tile('Demos booked')).toHaveTextContent(/2\.5% of messaged conversations$/);
    expect(await tile('Conversations')).toHaveTextContent(/80\.0% with messages$/);
  });

  it('open exactly the conversations they count', async () => {
    fakeServer({ [SUMMARY]: () => ({ body: ROWS }) });
    await openApp(ADDRESS).signIn();
    const link = within(await tile('Demos booked')).getByRole('link');
    expect(link).toHaveAttribute(
      'href',
      '/conversations?domain=abtasty.com&from=2026-11-01&to=2026-11-07&conversions=demo_booked',
    );
    expect(within(await tile('Visitors')).getByRole('link')).toHaveAttribute(
      'href',
      '/visitors?domain=abtasty.com&from=2026-11-01&to=2026-11-07&did=active',
    );
    expect(within(await tile('Widget displays')).getByRole('link')).toHaveTextContent(
      'to 1,000 visitors',
    );
  });

  it('link to what the list shows where it is not what they count', async () => {
    fakeServer({ [SUMMARY]: () => ({ body: ROWS }) });
    await openApp(ADDRESS).signIn();
    const link = within(await tile('Demos proposed')).getByRole('link');
    expect(link).toHaveTextContent('In 38 conversations');
    expect(link.getAttribute('href')).toContain('conversions=demo_proposed');
  });

  it('compare with nothing until demo traffic has all arrived', async () => {
    let state = 'running';
    fakeServer({
      [SUMMARY]: () => ({ body: ROWS }),
      '/config.json': () => ({ body: { ...CONFIG, demo: true } }),
      '/rest/v1/background_runs': () => ({ body: [{ done: 1, total: 4, state, error: null }] }),
    });
    await openApp(ADDRESS).signIn();
    expect(await screen.findByText(/changes follow once it is complete/)).toBeInTheDocument();
    const displays = await tile('Widget displays');
    expect(displays).toHaveTextContent('4,000–no comparison: demo traffic has not all arrived');
    state = 'done';
    await waitFor(() => expect(displays).toHaveTextContent('up 100.0%, from 2,000'));
  });

  it.each([
    ['failed', 'no comparison: demo traffic has not all arrived'],
    ['done', 'up 100.0%, from 2,000'],
  ])('after a load that is %s say “%s”', async (state, said) => {
    fakeServer({
      [SUMMARY]: () => ({ body: ROWS }),
      '/config.json': () => ({ body: { ...CONFIG, demo: true } }),
      '/rest/v1/background_runs': () => ({ body: [{ done: 1, total: 4, state, error: null }] }),
    });
    await openApp(ADDRESS).signIn();
    const displays = await tile('Widget displays');
    await waitFor(() => expect(displays).toHaveTextContent(said));
  });

  it('ask for the domain and the days of the address', async () => {
    const server = fakeServer({ [SUMMARY]: () => ({ body: ROWS }) });
    await openApp(ADDRESS).signIn();
    await screen.findByLabelText('Figures');
    expect(server.callsTo(SUMMARY)[0]?.body).toEqual({
      p_site_domains: ['abtasty.com'],
      p_from: '2026-11-01',
      p_to: '2026-11-07',
    });
  });
});

it.each(['from=yesterday&to=2026-11-07', 'from=2026-11-07&to=2026-11-01', 'from=2026-02-30'])(
  'an address whose dates make no sense (%s) shows the usual days',
  async (dates) => {
    const server = fakeServer({ [SUMMARY]: () => ({ body: ROWS }) });
    await openApp(`/dashboard?domain=abtasty.com&${dates}`).signIn();
    await tile('Widget displays');
    const asked = server.callsTo(SUMMARY)[0]?.body as { p_from: string; p_to: string };
    expect(Date.parse(asked.p_to) - Date.parse(asked.p_from)).toBe(27 * 86_400_000);
  },
);

it('the chart shows the previous period once demo traffic has all arrived', async () => {
  let state = 'running';
  const day = {
    bucket: '2026-11-01',
    conversations: 9,
    messaged_conversations: 7,
    previous_bucket: '2026-10-25',
    previous_conversations: 4,
  };
  fakeServer({
    [SUMMARY]: () => ({ body: ROWS }),
    '/rest/v1/rpc/get_conversations_over_time': () => ({ body: [day] }),
    '/config.json': () => ({ body: { ...CONFIG, demo: true } }),
    '/rest/v1/background_runs': () => ({ body: [{ done: 1, total: 4, state, error: null }] }),
  });
  await openApp(ADDRESS).signIn();
  const chart = await screen.findByRole('img', { name: /^Conversations per day/ });
  expect(chart).toHaveAccessibleName(/: 9\. Choose/);
  expect(screen.queryByText('Previous period')).toBeNull();
  state = 'done';
  expect(await screen.findByText('Previous period')).toBeInTheDocument();
  expect(chart).toHaveAccessibleName(/: 9, 4 in the previous period/);
});

it('without traffic says what to do next, and shows no rate', async () => {
  const none = ROWS.map((each) => row(each.metric, 0, each.base === null ? null : 0, 0));
  fakeServer({ [SUMMARY]: () => ({ body: none }) });
  const { signIn, user } = openApp(ADDRESS);
  await signIn();
  expect(await tile('Engagement rate')).not.toHaveTextContent('%');
  expect(await tile('Turns per conversation')).toHaveTextContent('–');
  await user.click(screen.getByRole('button', { name: 'Show the last 90 days' }));
  expect(new URLSearchParams(window.location.search).get('from')).not.toBe('2026-11-01');
});

it('a failed request shows its id, and is made again when asked', async () => {
  let broken = true;
  fakeServer({
    [SUMMARY]: () =>
      broken
        ? {
            status: 400,
            body: { code: 'PT400', message: 'The range ends before it begins', details: null },
            headers: { 'x-request-id': 'req-42' },
          }
        : { body: ROWS },
  });
  const { signIn, user } = openApp(ADDRESS);
  await signIn();
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('The range ends before it begins');
  expect(alert).toHaveTextContent('req-42');
  broken = false;
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await tile('Widget displays')).toHaveTextContent('4,000');
});

describe('since when', () => {
  const BEGINNING = '/rest/v1/rpc/get_metric_beginning';
  const SINCE = { begins_on: '2026-11-03', mean_before: 8, mean_after: 12.25, days_before: 9 };

  it('says the day, how it was before and what was changed around then', async () => {
    const change = { site_domain: 'abtasty.com', position: 7, at: '2026-11-02T10:00:00Z' };
    const server = fakeServer({
      [SUMMARY]: () => ({ body: ROWS }),
      [BEGINNING]: () => ({ body: [{ ...SINCE, days_after: 5 }] }),
      '/rest/v1/rpc/get_annotations': ({ body }) => ({
        body:
          body.p_from === '2026-10-31'
            ? [
                {
                  ...change,
                  day: '2026-11-02',
                  kind: 'domain',
                  label: 'Host added',
                  actor_label: '',
                },
              ]
            : [],
      }),
    });
    await openApp(`${ADDRESS}&metric=turns_per_conversation`).signIn();
    const told = await screen.findByText(/^Higher than before since/);
    expect(told).toHaveTextContent('12.3, against 8.0 in the 9 days before');
    expect(await screen.findByText(/Around then: Host added \(/)).toBeInTheDocument();
    expect(server.callsTo(BEGINNING)[0]?.body).toMatchObject({ p_metric: 'turns', p_rate: true });
  });

  it('is honest where nothing began', async () => {
    fakeServer({ [SUMMARY]: () => ({ body: ROWS }) });
    await openApp(ADDRESS).signIn();
    expect(await screen.findByText(/^No clear beginning/)).toBeInTheDocument();
  });

  it('waits for the days that demo traffic has not filled yet', async () => {
    let state = 'running';
    const server = fakeServer({
      [SUMMARY]: () => ({ body: ROWS }),
      [BEGINNING]: () => ({ body: [{ ...SINCE, days_after: 5 }] }),
      '/config.json': () => ({ body: { ...CONFIG, demo: true } }),
      '/rest/v1/background_runs': () => ({ body: [{ done: 1, total: 4, state, error: null }] }),
    });
    await openApp(ADDRESS).signIn();
    expect(await screen.findByText(/Loading demo traffic 25 %/)).toBeInTheDocument();
    await waitFor(() => expect(server.callsTo(BEGINNING)).not.toHaveLength(0));
    expect(screen.queryByText(/than before since/)).toBeNull();
    state = 'done';
    expect(await screen.findByText(/^Higher than before since/)).toBeInTheDocument();
  });
});

it('a hot account leads to its people and what they said, and to all that are hot', async () => {
  fakeServer({
    [SUMMARY]: () => ({ body: ROWS }),
    '/rest/v1/rpc/get_account_stats_with_intent': () => ({
      body: [listedAccount(ACCOUNT_ID, { name: 'Client Inc' })],
    }),
  });
  await openApp(ADDRESS).signIn();
  const days = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
  const hrefOf = async (name: string) =>
    (await screen.findByRole('link', { name })).getAttribute('href');
  expect(await hrefOf('7 visitors of Client Inc')).toBe(`/visitors?${days}&account=${ACCOUNT_ID}`);
  expect(await hrefOf('3 conversations of Client Inc')).toBe(
    `/conversations?${days}&account=${ACCOUNT_ID}`,
  );
  expect(await hrefOf('All hot accounts')).toBe(`/accounts?${days}&score=4,5`);
});

it('what has no page, country or referrer opens its conversations too', async () => {
  fakeServer({
    [SUMMARY]: () => ({ body: ROWS }),
    '/rest/v1/rpc/get_top_values': () => ({
      body: [
        {
          value: '',
          sessions: 9,
          conversations: 6,
          conversation_rate: 0.5,
          previous_sessions: 9,
          previous_conversations: 6,
        },
      ],
    }),
  });
  await openApp(`${ADDRESS}&top=referrer`).signIn();
  const link = await screen.findByRole('link', { name: '6' });
  expect(new URL((link as HTMLAnchorElement).href).searchParams.get('referrer')).toBe('(none)');
});
