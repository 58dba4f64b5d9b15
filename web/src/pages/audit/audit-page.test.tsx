import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { AuditEntry } from '@/data/audit-log-list';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/list_audit_log';
const COUNT = '/rest/v1/rpc/count_audit_log';
const ADA = 'a0000000-0000-4000-8000-00000000000a';
const BEN = 'a0000000-0000-4000-8000-00000000000b';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

function entry(position: number, given: Partial<AuditEntry> = {}): AuditEntry {
  return {
    site_domain: 'abtasty.com',
    position,
    at: '2026-11-05T10:00:00Z',
    actor_id: ADA,
    actor_role: 'admin',
    actor_label: 'Ada',
    action: 'update',
    subject_type: 'topic',
    subject_id: 't-1',
    label: `Entry ${position}`,
    changed: ['label'],
    before: { label: 'Prices', size: 3 },
    after: { label: 'Pricing', size: 3 },
    erased: false,
    request_id: 'request-1',
    address_hash: null,
    hash: 'ab'.repeat(32),
    cursor: { position },
    ...given,
  };
}

const BY_BEN = entry(1, { actor_id: BEN, actor_label: 'Ben' });
const routes = {
  [LIST]: () => ({ body: [entry(2), BY_BEN] }),
  [COUNT]: () => ({ body: 1234 }),
};

// A closed entry holds its words twice: in the list, and as the caption of what it opens.
const IN_LIST = { selector: 'summary span' };
const shown = (label: string) => screen.findByText(label, IN_LIST);

it('says how many entries there are, and of each what stood before and after', async () => {
  fakeServer(routes);
  const { signIn, user } = openApp(`/audit?${SCOPE}`);
  await signIn();
  expect(await screen.findByText('1,234 entries')).toBeInTheDocument();
  await user.click(await shown('Entry 2'));
  const changed = screen.getByRole('table', { name: 'Entry 2' });
  expect(within(changed).getAllByRole('row')).toHaveLength(2);
  expect(within(changed).getByText('Prices')).toBeInTheDocument();
  expect(within(changed).getByText('Pricing')).toBeInTheDocument();
  expect(screen.getAllByText('request-1')[0]).toBeVisible();
});

it('asks by the filters of the address', async () => {
  const server = fakeServer(routes);
  const more = `q=Pricing&actor=${BEN}&action=update&subject=topic`;
  await openApp(`/audit?${SCOPE}&${more}`).signIn();
  expect(await screen.findByText('By Ben')).toBeInTheDocument();
  const filter = {
    from: '2026-11-01',
    to: '2026-11-07',
    search: 'Pricing',
    actor: BEN,
    action: 'update',
    subject_type: 'topic',
  };
  expect(server.callsTo(LIST)[0]?.body.p_filter).toEqual(filter);
  expect(server.callsTo(COUNT)[0]?.body.p_filter).toEqual(filter);
});

it('names whom it was asked for while the entries of others are still shown', async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  fakeServer({
    ...routes,
    [LIST]: async ({ body }) => {
      if (!(body.p_filter as { actor?: string }).actor) return { body: [entry(2), BY_BEN] };
      await answered;
      return { body: [BY_BEN] };
    },
  });
  const { signIn, user } = openApp(`/audit?${SCOPE}`);
  await signIn();
  await user.click(await shown('Entry 1'));
  await user.click(screen.getByRole('link', { name: 'Ben' }));
  expect(await screen.findByText('By Ben')).toBeInTheDocument();
  expect(await shown('Entry 2')).toBeInTheDocument();
  answer();
  await waitFor(() => expect(screen.queryByText('Entry 2', IN_LIST)).toBeNull());
  await user.click(screen.getByRole('button', { name: 'By anybody' }));
  expect(await shown('Entry 2')).toBeInTheDocument();
  expect(window.location.search).not.toContain('actor');
});

it('goes on from the cursor of the last row', async () => {
  const page = Array.from({ length: 50 }, (_, index) => entry(100 - index));
  const server = fakeServer({
    ...routes,
    [LIST]: ({ body }) => ({ body: body.p_after ? [entry(50)] : page }),
  });
  const { signIn, user } = openApp(`/audit?${SCOPE}`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Load more' }));
  expect(await shown('Entry 50')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
  expect(server.callsTo(LIST).map((call) => call.body.p_after)).toEqual([null, { position: 51 }]);
});

it('that is empty offers to clear the filters', async () => {
  fakeServer();
  const { signIn, user } = openApp(`/audit?${SCOPE}&q=nothing`);
  await signIn();
  const empty = await screen.findByText('No entry matches these filters');
  const status = empty.closest('[role=status]') as HTMLElement;
  await user.click(within(status).getByRole('button', { name: 'Clear the filters' }));
  expect(await screen.findByText('No changes in this range')).toBeInTheDocument();
});

it('says what went wrong, and tries again', async () => {
  let refused = true;
  fakeServer({
    ...routes,
    [LIST]: () => (refused ? { status: 403, body: { message: 'No.' } } : routes[LIST]()),
  });
  const { signIn, user } = openApp(`/audit?${SCOPE}`);
  await signIn();
  expect(await screen.findByText('You may not see this')).toBeInTheDocument();
  refused = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await shown('Entry 2')).toBeInTheDocument();
});

it('shows what was erased as erased, and hides nothing else', async () => {
  const erased = entry(3, { erased: true, actor_label: null, before: null, after: null });
  fakeServer({ ...routes, [LIST]: () => ({ body: [erased] }) });
  const { signIn, user } = openApp(`/audit?${SCOPE}`);
  await signIn();
  await user.click(await shown('Entry 3'));
  expect(screen.getByText('What stood there has been erased.')).toBeVisible();
  expect(screen.getByRole('link', { name: 'An erased person' })).toBeVisible();
});

it('exports exactly what the filters of the address find', async () => {
  const server = fakeServer({
    ...routes,
    '/export/v1/audit_log.csv': () => ({
      body: 'site_domain',
      headers: { 'x-total-count': '1234' },
    }),
  });
  const { signIn, user } = openApp(`/audit?${SCOPE}&action=update`);
  await signIn();
  await screen.findByText('1,234 entries');
  await user.click(screen.getByRole('button', { name: 'Export' }));
  await user.click(await screen.findByText('CSV, for a spreadsheet'));
  await waitFor(() => expect(server.callsTo('/export/v1/audit_log.csv')).toHaveLength(1));
  const asked = server.callsTo('/export/v1/audit_log.csv')[0]?.query;
  expect(asked?.get('domains')).toBe('abtasty.com,');
  expect(JSON.parse(asked?.get('filter') ?? '')).toEqual({
    from: '2026-11-01',
    to: '2026-11-07',
    action: 'update',
  });
});
