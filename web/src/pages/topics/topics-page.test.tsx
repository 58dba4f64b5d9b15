import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const STATS = '/rest/v1/rpc/get_topic_stats';
const GROUPS = '/rest/v1/rpc/get_unanswered_questions';
const OF_GROUP = '/rest/v1/rpc/get_questions_of_group';
const RESOLVE = '/rest/v1/rpc/resolve_questions';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const topic = (id: string | null, more: object = {}) => ({
  site_domain: 'abtasty.com',
  topic_id: id,
  label: id && `About ${id}`,
  keywords: id ? ['plan', id] : null,
  status: id && 'active',
  label_is_custom: false,
  conversations: 6,
  previous_conversations: 3,
  share: 0.6,
  turns_per_conversation: 2,
  quality: 4.2,
  previous_quality: 3.2,
  conversion_rate: 0.25,
  unanswered_share: 0.125,
  total_conversations: 60,
  ...more,
});

const group = (more: object = {}) => ({
  site_domain: 'abtasty.com',
  group_id: 'g1',
  label: 'Do you sign a DPA?',
  status: 'open',
  asked: 3,
  conversations: 2,
  last_asked_at: '2026-11-05T10:00:00Z',
  examples: [{ question: '<b>DPA?</b>', conversation_id: 'k1', asked_at: '2026-11-05T10:00:00Z' }],
  cursor: { asked: 3, group_id: 'g1' },
  ...more,
});

const routes = {
  [STATS]: () => ({
    body: [
      topic('prices'),
      topic('setup', { conversations: 2, previous_conversations: 4, share: 0.2, quality: null }),
      topic('jokes', { status: 'hidden' }),
      topic(null, { conversations: 2, share: 0.2 }),
    ],
  }),
  '/rest/v1/rpc/get_topics_over_time': () => ({
    body: [
      {
        bucket: '2026-11-01',
        site_domain: 'abtasty.com',
        topic_id: 'prices',
        label: 'About prices',
        conversations: 6,
      },
    ],
  }),
  [GROUPS]: () => ({ body: [group()] }),
  [OF_GROUP]: () => ({
    body: [
      {
        question: '<b>DPA?</b>',
        conversation_id: 'k1',
        asked_at: '2026-11-05T10:00:00Z',
        cursor: {},
      },
    ],
  }),
};

const table = async () => within(await screen.findByRole('region', { name: 'All topics' }));

describe('the topics', () => {
  it('say how many conversations are of each, and open them', async () => {
    fakeServer(routes);
    await openApp(`/topics?${SCOPE}`).signIn();
    const topics = await table();
    expect(topics.getByText('2 topics')).toBeInTheDocument();
    const prices = topics.getByRole('row', { name: /About prices/ });
    expect(prices).toHaveTextContent('60.0%');
    expect(prices).toHaveTextContent('4.2');
    expect(within(prices).getByRole('link', { name: '6' })).toHaveAttribute(
      'href',
      expect.stringContaining('topics=prices'),
    );
    expect(topics.getByRole('row', { name: /belong to none/ })).toHaveTextContent('2');
  });

  it('say the keywords that are not in the name already', async () => {
    const named = topic('prices', {
      label: 'plan, prices',
      keywords: ['plan', 'prices', 'yearly'],
    });
    fakeServer({ ...routes, [STATS]: () => ({ body: [named] }) });
    await openApp(`/topics?${SCOPE}`).signIn();
    const row = (await table()).getByRole('row', { name: /plan, prices/ });
    expect(within(row).getByTitle('yearly')).toHaveTextContent(/^yearly$/);
  });

  it('show the hidden ones when asked, and keep that in the address', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/topics?${SCOPE}`);
    await signIn();
    const topics = await table();
    expect(topics.queryByText('About jokes')).not.toBeInTheDocument();
    await user.click(topics.getByLabelText('Show hidden (1)'));
    expect(await topics.findByText('About jokes')).toBeInTheDocument();
    expect(window.location.search).toContain('hidden=true');
  });

  it('are sorted by a column, and back', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/topics?${SCOPE}`);
    await signIn();
    const topics = await table();
    await user.click(topics.getByRole('button', { name: 'Topic' }));
    await waitFor(() => expect(window.location.search).toContain('sort=label'));
    expect(topics.getByRole('columnheader', { name: /^Topic/ })).toHaveAttribute(
      'aria-sort',
      'ascending',
    );
  });

  it('say why there are none, and lead to what waits', async () => {
    fakeServer({ ...routes, [STATS]: () => ({ body: [topic(null, { conversations: 4 })] }) });
    await openApp(`/topics?${SCOPE}`).signIn();
    expect(await screen.findByText('No topics in this range yet')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'See the 4 conversations' })).toHaveAttribute(
      'href',
      expect.stringContaining('messaged=true'),
    );
  });

  it('offer more days where nobody wrote, and no command to who has no server', async () => {
    fakeServer({ ...routes, [STATS]: () => ({ body: [] }) });
    const { signIn, user } = openApp(`/topics?${SCOPE}`);
    await signIn();
    expect(await screen.findByText('No topics in this range')).toBeInTheDocument();
    expect(screen.queryByText('backoffice insights run')).toBeNull();
    const before = window.location.search;
    await user.click(screen.getByRole('button', { name: 'Show the last 90 days' }));
    await waitFor(() => expect(window.location.search).not.toBe(before));
  });

  it('that failed can be asked for again', async () => {
    let fails = true;
    fakeServer({
      ...routes,
      [STATS]: () =>
        fails
          ? { status: 400, body: { message: 'Not so' }, headers: { 'x-request-id': 'r-7' } }
          : routes[STATS](),
    });
    const { signIn, user } = openApp(`/topics?${SCOPE}`);
    await signIn();
    expect(await screen.findByText(/r-7/)).toBeInTheDocument();
    fails = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect((await table()).getByText('About prices')).toBeInTheDocument();
  });
});

describe('the questions without an answer', () => {
  it('are text as it was written, and lead to their conversations', async () => {
    fakeServer(routes);
    const { signIn, user } = openApp(`/topics?${SCOPE}&view=questions`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: /Do you sign a DPA/ }));
    const asked = await screen.findByRole('link', { name: '<b>DPA?</b>' });
    expect(asked).toHaveAttribute('href', expect.stringContaining('/conversations/abtasty.com/k1'));
  });

  it('are resolved', async () => {
    const server = fakeServer({ ...routes, [RESOLVE]: () => ({ body: null }) });
    const { signIn, user } = openApp(`/topics?${SCOPE}&view=questions`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: 'Mark as resolved' }));
    await waitFor(() =>
      expect(server.callsTo(RESOLVE)[0]?.body).toEqual({
        p_site_domain: 'abtasty.com',
        p_group_id: 'g1',
        p_resolved: true,
      }),
    );
  });

  it('say so when a change did not come through', async () => {
    fakeServer({
      ...routes,
      [RESOLVE]: () => ({ status: 403, body: { code: '42501', message: 'no' } }),
    });
    const { signIn, user } = openApp(`/topics?${SCOPE}&view=questions`);
    await signIn();
    await user.click(await screen.findByRole('button', { name: 'Mark as resolved' }));
    expect(await screen.findByText('The questions were not resolved')).toBeInTheDocument();
  });

  it('are asked for by their state', async () => {
    const server = fakeServer({ ...routes, [GROUPS]: () => ({ body: [] }) });
    const { signIn, user } = openApp(`/topics?${SCOPE}&view=questions`);
    await signIn();
    expect(await screen.findByText('No unanswered question in this range')).toBeInTheDocument();
    await user.click(screen.getByRole('radio', { name: 'Resolved' }));
    expect(await screen.findByText('No resolved question in this range')).toBeInTheDocument();
    expect(server.callsTo(GROUPS).map(({ body }) => body.p_status)).toEqual(['open', 'resolved']);
  });
});
