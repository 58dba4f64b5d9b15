import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { appearanceRow } from '@/testing/configurations';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const IMPORT = '/content/v1/domains/abtasty.com/import';
const CHANGE = {
  subject: 'appearance',
  pointer: '/corner_radius',
  kind: 'changed',
  before: 12,
  after: 20,
};
type Reply = { status?: number; body: unknown };

beforeEach(() => {
  localStorage.clear();
  return () => vi.unstubAllGlobals();
});

async function choose(content: string, reply: (query: URLSearchParams) => Reply) {
  const server = fakeServer({
    '/rest/v1/profiles': () => ({ body: { id: 'u-1', email: 'a@a.com', role: 'admin' } }),
    '/rest/v1/rpc/get_configuration': () => ({ body: [appearanceRow()] }),
    [IMPORT]: ({ query }) => reply(query),
  });
  const { user, signIn } = openApp('/settings?domain=abtasty.com&from=2026-11-01&to=2026-11-07');
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Export and import' }));
  await user.click(await screen.findByText('Import a file…'));
  await screen.findByText('File of an export');
  const input = document.querySelector('input[type=file]') as HTMLInputElement;
  await user.upload(input, new File([content], 'c.json', { type: 'application/json' }));
  return { user, server };
}

it('lists each change of a file before it makes any', async () => {
  const { user, server } = await choose('{"format": "x"}', (query) => ({
    body: {
      state: 's-1',
      changes: [CHANGE],
      errors: [],
      saved: query.get('dry_run') === null,
    },
  }));
  const table = await screen.findByRole('table', { name: 'Changes of Appearance' });
  expect(within(table).getByRole('row', { name: /Rounded corners.*12 px.*20 px/ })).toBeVisible();
  expect(server.callsTo(IMPORT)[0]?.query.get('dry_run')).toBe('true');
  await user.click(screen.getByRole('button', { name: 'Make 1 change' }));
  await waitFor(() => expect(server.callsTo(IMPORT)).toHaveLength(2));
  expect(server.callsTo(IMPORT)[1]?.query.get('state')).toBe('s-1');
  expect(server.callsTo(IMPORT)[1]?.query.get('dry_run')).toBeNull();
});

it('says of what was not set here before what was inherited', async () => {
  const added = {
    ...CHANGE,
    pointer: '/launcher',
    kind: 'added',
    before: null,
    after: { size: 64 },
  };
  await choose('{}', () => ({ body: { state: 's', changes: [added], errors: [], saved: false } }));
  expect(await screen.findByRole('row', { name: /Launcher › Size.*56 px.*64 px/ })).toBeVisible();
});

it('lists what becomes of AI Sections, by their slugs', async () => {
  const section = { subject: 'sections', kind: 'changed' };
  const changes = [
    { ...section, pointer: '/prices/draft/title', before: 'Plans', after: 'Prices' },
    { ...section, pointer: '', before: ['a', 'b'], after: ['b', 'a'] },
  ];
  await choose('{}', () => ({ body: { state: 's', changes, errors: [], saved: false } }));
  const table = within(await screen.findByRole('table', { name: 'Changes of AI Sections' }));
  expect(table.getByRole('row', { name: /prices › draft › title.*Plans.*Prices/ })).toBeVisible();
  expect(table.getByRole('row', { name: /^Order/ })).toBeVisible();
});

it('says where a file is not right, and imports nothing of it', async () => {
  const errors = [
    { field: '/configs/appearance/config/corner_radius', message: 'must be at most 32' },
  ];
  await choose('{}', () => ({ body: { state: 's', changes: [CHANGE], errors, saved: false } }));
  expect(await screen.findByText('must be at most 32')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Import' })).toBeDisabled();
});

it('does not send what is no JSON', async () => {
  const { server } = await choose('{ "a": ', () => ({ body: {} }));
  expect(await screen.findByText(/This is no JSON file/)).toBeInTheDocument();
  expect(server.callsTo(IMPORT)).toHaveLength(0);
});

it('compares again when something changed after it was compared', async () => {
  const { user } = await choose('{}', (query) =>
    query.get('dry_run')
      ? { body: { state: 's', changes: [CHANGE], errors: [], saved: false } }
      : { status: 409, body: { code: 'conflict', message: 'It changed; compare again.' } },
  );
  await user.click(await screen.findByRole('button', { name: 'Make 1 change' }));
  expect(await screen.findByText('It changed; compare again.')).toBeInTheDocument();
});
