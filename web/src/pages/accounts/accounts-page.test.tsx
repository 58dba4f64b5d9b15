import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer, TWO_DOMAINS } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { ACCOUNT_ID, listedAccount, listedVisitor } from '@/testing/people';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/get_account_stats_with_intent';
const COUNT = '/rest/v1/rpc/count_accounts';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  [LIST]: () => ({ body: [listedAccount(ACCOUNT_ID, { name: 'Client Inc' }), listedAccount('b')] }),
  [COUNT]: () => ({ body: 2 }),
  '/rest/v1/accounts': () => ({
    body: {
      ...listedAccount(ACCOUNT_ID, { name: 'Client Inc' }),
      description: 'Sells clients.',
      website: null,
      first_seen_at: '2026-11-01T08:00:00Z',
    },
  }),
  '/rest/v1/enrichments': () => ({
    body: [
      {
        id: 'e1',
        field: 'industry',
        value: 'Retail',
        source: 'snitcher',
        confidence: 0.65,
        observed_at: '2026-11-05T10:00:00Z',
        previous_value: null,
        previous_source: null,
        is_current: true,
      },
    ],
  }),
  '/rest/v1/rpc/get_account_timeline': () => ({
    body: [
      {
        at: '2026-11-05T10:00:00Z',
        kind: 'conversation',
        name: 'conversation',
        visitor_id: 'ann',
        visitor_label: 'Ann Smith',
        session_id: 's1',
        conversation_id: 'k1',
        page: '/pricing',
        text: 'How much is it?',
        details: {},
        cursor: { at: '2026-11-05T10:00:00Z', key: 'k1' },
      },
    ],
  }),
  '/rest/v1/rpc/get_account_topics': () => ({
    body: [
      {
        topic_id: 't1',
        label: 'Pricing',
        conversations: 3,
        last_asked_at: '2026-11-05T10:00:00Z',
      },
    ],
  }),
  '/rest/v1/rpc/get_visitor_stats_with_intent': () => ({ body: [listedVisitor('ann')] }),
  '/rest/v1/rpc/count_visitors': () => ({ body: 1 }),
};

describe('the table', () => {
  it('of several domains says of which one each account is, in the word of the switch', async () => {
    fakeServer({ ...routes, ...TWO_DOMAINS });
    await openApp(`/accounts?${SCOPE.replace('abtasty.com', 'all')}`).signIn();
    const heads = await screen.findAllByRole('columnheader');
    expect(heads.some((head) => head.textContent?.startsWith('Domain'))).toBe(true);
    expect(screen.getByRole('button', { name: 'Domain: all domains' })).toBeInTheDocument();
  });

  it('shows the exact count, and leads from the visitors to who they are', async () => {
    fakeServer(routes);
    await openApp(`/accounts?${SCOPE}`).signIn();
    expect(await screen.findByText('2 accounts')).toBeInTheDocument();
    const row = (await screen.findByText('Client Inc')).closest('tr') as HTMLElement;
    expect(within(row).getByText('Hot')).toBeInTheDocument();
    expect(within(row).getByRole('link', { name: '7 visitors of Client Inc' })).toHaveAttribute(
      'href',
      `/visitors?${SCOPE}&account=${ACCOUNT_ID}`,
    );
  });

  it('asks by the filters of the address', async () => {
    const server = fakeServer(routes);
    await openApp(`/accounts?${SCOPE}&industry=Retail&talked=false&score=5&sort=sessions`).signIn();
    await screen.findByRole('table', { name: 'Accounts' });
    const filter = {
      from: '2026-11-01',
      to: '2026-11-07',
      industry: 'Retail',
      talked: false,
      scores: [5],
    };
    expect(server.callsTo(LIST)[0]?.body).toMatchObject({ p_filter: filter, p_sort: 'sessions' });
    expect(server.callsTo(COUNT)[0]?.body.p_filter).toEqual(filter);
  });

  it('that is empty says when companies appear', async () => {
    fakeServer({ ...routes, [LIST]: () => ({ body: [] }) });
    await openApp(`/accounts?${SCOPE}`).signIn();
    expect(await screen.findByText('No accounts in this range')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Show the last 90 days' })).toBeInTheDocument();
  });
});

describe('the panel', () => {
  it('says who told what, who was there and what was asked about', async () => {
    const server = fakeServer(routes);
    const { signIn, user } = openApp(`/accounts?${SCOPE}`);
    await signIn();
    // A click anywhere in the row opens it.
    await user.click(
      within((await screen.findByText('Client Inc')).closest('tr') as HTMLElement).getByText('12'),
    );
    const facts = await screen.findByRole('region', { name: 'About the company' });
    await waitFor(() => expect(facts).toHaveTextContent('RetailSnitcher'));
    expect(facts).toHaveTextContent('Sells clients.');
    const timeline = await screen.findByRole('list', { name: 'Timeline' });
    expect(timeline).toHaveTextContent('Ann Smith had a conversation on /pricing');

    await user.click(screen.getByRole('tab', { name: 'Visitors' }));
    const people = await screen.findByRole('table', { name: 'Visitors of the account' });
    expect(within(people).getByRole('link')).toHaveAttribute(
      'href',
      `/visitors/abtasty.com/ann?${SCOPE}&account=${ACCOUNT_ID}`,
    );
    expect(server.callsTo('/rest/v1/rpc/count_visitors')[0]?.body.p_filter).toEqual({
      from: '2026-11-01',
      to: '2026-11-07',
      account_id: ACCOUNT_ID,
    });

    await user.click(screen.getByRole('tab', { name: 'Topics' }));
    expect(await screen.findByRole('table', { name: 'Topics' })).toHaveTextContent('Pricing3');
    expect(window.location.search).toContain('tab=topics');
    await user.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(window.location.pathname).toBe('/accounts'));
    expect(window.location.search).not.toContain('tab');
  });
});
