import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { conversation, listed } from './testing';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const SAVE = '/rest/v1/rpc/save_review';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  '/rest/v1/rpc/list_conversations': () => ({ body: [listed('a'), listed('b')] }),
  '/rest/v1/rpc/count_conversations': () => ({ body: 2 }),
  '/rest/v1/conversations': ({ query }: { query: URLSearchParams }) => ({
    body: conversation((query.get('id') ?? '').replace('eq.', '')),
  }),
};

async function open() {
  const app = openApp(`/conversations/abtasty.com/a?${SCOPE}`);
  await app.signIn();
  await screen.findByText('Name of a');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Good' })).toBeEnabled());
  return app;
}

const firstRow = () => within(screen.getAllByRole('listitem')[0] as HTMLElement);

it('one key reviews, at once in the list too', async () => {
  const server = fakeServer({ ...routes, [SAVE]: () => ({ status: 204, body: null }) });
  const { user } = await open();
  await user.keyboard('b');
  expect(await firstRow().findByText('Reviewed: bad')).toBeInTheDocument();
  await waitFor(() => expect(server.callsTo(SAVE)).toHaveLength(1));
  expect(server.callsTo(SAVE)[0]?.body).toMatchObject({
    p_site_domain: 'abtasty.com',
    p_conversation_id: 'a',
    p_thumb: 'bad',
  });
});

it('a review the server refuses is undone and said', async () => {
  fakeServer({
    ...routes,
    [SAVE]: () => ({ status: 400, body: { code: 'PT400', message: 'Read only for now' } }),
  });
  const { user } = await open();
  await user.keyboard('g');
  expect(await screen.findByText('Read only for now')).toBeInTheDocument();
  await waitFor(() => expect(firstRow().queryByText('Reviewed: good')).toBeNull());
});

it('a note comes with labels and a corrected answer', async () => {
  const server = fakeServer({ ...routes, [SAVE]: () => ({ status: 204, body: null }) });
  const { user } = await open();
  await user.click(screen.getByRole('button', { name: 'Correct' }));
  await user.type(screen.getByLabelText('Note'), 'Off');
  await user.type(screen.getByLabelText('What this answer should have been'), 'Better');
  await user.click(screen.getByRole('button', { name: 'Save as bad' }));
  await waitFor(() => expect(server.callsTo(SAVE)).toHaveLength(1));
  expect(server.callsTo(SAVE)[0]?.body).toMatchObject({
    p_thumb: 'bad',
    p_note: 'Off',
    p_message_id: 'm2',
    p_corrected_answer: 'Better',
  });
});
