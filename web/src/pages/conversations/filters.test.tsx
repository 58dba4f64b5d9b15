import { screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { listed } from './testing';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';
const LIST = '/rest/v1/rpc/list_conversations';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  [LIST]: () => ({ body: [listed('a')] }),
  '/rest/v1/rpc/count_conversations': () => ({ body: 1 }),
};

it('the address says which filters are set, and each can be taken away', async () => {
  const server = fakeServer(routes);
  const { signIn, user } = openApp(
    `/conversations?${SCOPE}&scores=4,5&max_quality=2.5&unanswered=true&sort=quality_worst`,
  );
  await signIn();
  expect(await screen.findByRole('button', { name: 'Quality: 2.5 or less' })).toBeInTheDocument();
  expect(server.callsTo(LIST)[0]?.body).toMatchObject({
    p_sort: 'quality_worst',
    p_filter: { scores: [4, 5], max_quality: 2.5, unanswered: true },
  });
  await user.click(screen.getByRole('button', { name: 'Remove the filter Quality' }));
  await waitFor(() => expect(window.location.search).not.toContain('max_quality'));
  expect(window.location.search).toContain('scores=4,5');
});

it('a saved view opens with what it knows, and leaves out what it does not', async () => {
  const view = {
    id: 'v1',
    name: 'Hot',
    search: { scores: [5], colour: 'red', hour: 99, sort: 'interest' },
    site_domain: null,
    owner_id: 'u-1',
    is_mine: true,
    updated_at: '2026-11-01T00:00:00Z',
  };
  fakeServer({ ...routes, '/rest/v1/rpc/list_saved_views': () => ({ body: [view] }) });
  const { signIn, user } = openApp(`/conversations?${SCOPE}&q=old`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Views' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Hot' }));
  await waitFor(() => expect(window.location.search).toContain('scores=5'));
  expect(window.location.search).toContain('sort=interest');
  for (const gone of ['q=', 'colour', 'hour']) {
    expect(window.location.search).not.toContain(gone);
  }
});

it('a view is deleted only once that is confirmed, and the keyboard is back at the menu', async () => {
  const view = {
    id: 'v1',
    name: 'Hot',
    search: { scores: [5] },
    site_domain: 'abtasty.com',
    owner_id: 'u-1',
    is_mine: true,
    updated_at: '2026-11-01T00:00:00Z',
  };
  const server = fakeServer({
    ...routes,
    '/rest/v1/rpc/list_saved_views': () => ({ body: [view] }),
    '/rest/v1/rpc/delete_view': () => ({ body: null }),
  });
  const { signIn, user } = openApp(`/conversations?${SCOPE}&scores=5`);
  await signIn();
  const menu = await screen.findByRole('button', { name: 'Hot' });
  const ask = async () => {
    await user.click(menu);
    await user.click(await screen.findByRole('menuitem', { name: 'Delete “Hot”…' }));
    return screen.findByRole('dialog', { name: 'Delete “Hot”?' });
  };
  expect(await ask()).toHaveTextContent('It is shared with abtasty.com');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(menu).toHaveFocus());
  expect(server.callsTo('/rest/v1/rpc/delete_view')).toHaveLength(0);

  await ask();
  await user.click(screen.getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(server.callsTo('/rest/v1/rpc/delete_view')).toHaveLength(1));
});

it('what is shown can be saved under a name', async () => {
  const server = fakeServer({
    ...routes,
    '/rest/v1/rpc/save_view': () => ({ body: 'v2' }),
  });
  const { signIn, user } = openApp(`/conversations?${SCOPE}&review=unreviewed`);
  await signIn();
  await user.click(await screen.findByRole('button', { name: 'Views' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Save as a new view…' }));
  await user.type(await screen.findByLabelText(/^Name/), 'To do{Enter}');
  await waitFor(() => expect(server.callsTo('/rest/v1/rpc/save_view')).toHaveLength(1));
  expect(server.callsTo('/rest/v1/rpc/save_view')[0]?.body).toMatchObject({
    p_page: 'conversations',
    p_name: 'To do',
    p_search: { review: 'unreviewed' },
  });
});

it('the address can ask for conversations without a page', async () => {
  const server = fakeServer(routes);
  await openApp(`/conversations?${SCOPE}&page=(none)&country=(none)`).signIn();
  expect(await screen.findByRole('button', { name: 'Page: Unknown page' })).toBeInTheDocument();
  expect(server.callsTo(LIST)[0]?.body).toMatchObject({ p_filter: { page: '', country: '' } });
});
