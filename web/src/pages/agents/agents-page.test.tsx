import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Agent } from '@/data/agents';
import { today } from '@/lib/dates';
import { setLocale } from '@/lib/format';
import { fakeServer, TWO_DOMAINS } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const STATUS = '/rest/v1/rpc/get_agent_status';
const SWITCH = '/content/v1/domains/abtasty.com/agents/website_agent';
const admin = () => ({ body: { id: 'u-1', email: 'a@a.com', full_name: '', role: 'admin' } });

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const AGENT: Agent = {
  slug: 'website_agent',
  name: 'Website agent',
  description: 'Answers visitors.',
  channel: 'widget',
  enabled: true,
  enabled_by_default: true,
  reason: null,
  version: 0,
  switched_at: null,
  switched_by: null,
  last_activity_at: '2026-11-05T10:00:00Z',
  conversations_today: 12,
  usual_conversations: 8,
  median_answer_ms: 1200,
  unanswered: 0,
  current_version: 'abcdef0123456789',
  fetched_version: 'abcdef0123456789',
  fetched_at: '2026-11-05T10:00:00Z',
};
const SILENT: Agent = {
  ...AGENT,
  slug: 'nurturing',
  name: 'Nurturing',
  channel: 'background',
  last_activity_at: null,
  conversations_today: 0,
  usual_conversations: 0,
  median_answer_ms: null,
  fetched_at: null,
  fetched_version: null,
};

const panel = (name: string) => screen.findByRole('region', { name });

it('says of each agent what really arrived, and plainly when nothing did', async () => {
  fakeServer({ [STATUS]: () => ({ body: [AGENT, SILENT] }) });
  await openApp(`/agents?${SCOPE}`).signIn();
  const busy = await panel('Website agent');
  expect(within(busy).getByText(/50% more than usual/)).toBeInTheDocument();
  expect(within(busy).getByText('1.2s')).toBeInTheDocument();
  // The rows behind the number are today's, whatever range the page has.
  const rows = new URL(
    within(busy).getByRole('link', { name: '12' }).getAttribute('href') ?? '',
    'http://x',
  );
  const day = today('Europe/Paris');
  expect(Object.fromEntries(rows.searchParams)).toMatchObject({ from: day, to: day });
  const silent = await panel('Nurturing');
  expect(within(silent).getByText('On, never active')).toBeInTheDocument();
  expect(within(silent).getByText(/Nothing has ever arrived/)).toBeInTheDocument();
  expect(within(silent).getByText('Never fetched')).toBeInTheDocument();
});

it('is for staff to switch', async () => {
  fakeServer({ [STATUS]: () => ({ body: [AGENT] }) });
  await openApp(`/agents?${SCOPE}`).signIn();
  const shown = await panel('Website agent');
  expect(within(shown).getByText(/Rose staff switch agents/)).toBeInTheDocument();
  expect(within(shown).queryByRole('button', { name: /^Switch/ })).toBeNull();
});

it('is switched off after saying what that does, with a reason', async () => {
  let agent = AGENT;
  const server = fakeServer({
    '/rest/v1/profiles': admin,
    [STATUS]: () => ({ body: [agent] }),
    [SWITCH]: ({ body }) => {
      agent = { ...AGENT, enabled: false, version: 1, reason: String(body.reason) };
      agent = { ...agent, switched_at: '2026-11-06T10:00:00Z', switched_by: 'Ada' };
      return { body: { slug: 'website_agent', enabled: false, version: 1 } };
    },
  });
  const { signIn, user } = openApp(`/agents?${SCOPE}`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Switch off Website agent' }));
  expect(await screen.findByText(/disappears from abtasty.com within a minute/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Switch off' }));
  expect(await screen.findByText('Say why, for whoever looks later')).toBeInTheDocument();
  expect(server.callsTo(SWITCH)).toHaveLength(0);
  await user.type(screen.getByLabelText('Reason'), 'Holiday');
  await user.click(screen.getByRole('button', { name: 'Switch off' }));
  expect(await screen.findByText(/Switched off by Ada.*“Holiday”/)).toBeInTheDocument();
  expect(server.callsTo(SWITCH)[0]?.body).toEqual({
    version: 0,
    enabled: false,
    reason: 'Holiday',
  });
});

it('says why a switch was refused, and keeps the reason written', async () => {
  fakeServer({
    '/rest/v1/profiles': admin,
    [STATUS]: () => ({ body: [AGENT] }),
    [SWITCH]: () => ({ status: 409, body: { code: 'conflict', message: 'Ben switched it.' } }),
  });
  const { signIn, user } = openApp(`/agents?${SCOPE}`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Switch off Website agent' }));
  await user.type(await screen.findByLabelText('Reason'), 'Holiday');
  await user.click(screen.getByRole('button', { name: 'Switch off' }));
  expect(await screen.findByText('Ben switched it.')).toBeInTheDocument();
  expect(screen.getByLabelText('Reason')).toHaveValue('Holiday');
});

it('asks for one website when all are chosen, and says when there are none', async () => {
  fakeServer({ ...TWO_DOMAINS, [STATUS]: () => ({ body: [] }) });
  const { signIn, user } = openApp('/agents?domain=all&from=2026-11-01&to=2026-11-07');
  await signIn();
  await user.click(await screen.findByRole('link', { name: /AB Tasty/ }));
  expect(await screen.findByText('This website has no agents')).toBeInTheDocument();
  await waitFor(() => expect(window.location.search).toContain('domain=abtasty.com'));
});
