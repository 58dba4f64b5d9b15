import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { SCOPE, section } from './testing';

const LIST = '/rest/v1/ai_sections';
const CLICKS = '/rest/v1/rpc/get_section_clicks';
const API = '/content/v1/sections/abtasty.com';
const FIRST = section('a', { title: 'First' });
const SECOND = section('b', { title: 'Second', published_version: null, position: 2 });

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  [LIST]: () => ({ body: [FIRST, SECOND] }),
  [CLICKS]: () => ({ body: [{ site_domain: 'abtasty.com', slug: 'slug-a', clicks: 1234 }] }),
};

async function openList(more: Parameters<typeof fakeServer>[0] = {}) {
  const server = fakeServer({ ...routes, ...more });
  const { user, signIn } = openApp(`/sections?${SCOPE}`);
  await signIn();
  const list = await screen.findByRole('list', { name: 'Sections of AB Tasty' });
  return { server, user, list, rows: () => within(list).getAllByRole('listitem') };
}

describe('the list', () => {
  it('shows what visitors get of each section, and its clicks', async () => {
    const { rows } = await openList();
    const [first, second] = rows();
    expect(first).toHaveTextContent('Published, edited since');
    await waitFor(() => expect(first).toHaveTextContent('1,234 clicks'));
    expect(second).toHaveTextContent('Draft');
    expect(second).toHaveTextContent('0 clicks');
  });

  it('is ordered by its menu, as the server then keeps it', async () => {
    let kept = [FIRST, SECOND];
    const { server, user, rows } = await openList({
      [LIST]: () => ({ body: kept }),
      [`${API}/order`]: () => {
        kept = [SECOND, FIRST];
        return { body: { sections: kept } };
      },
    });
    await user.click(screen.getByRole('button', { name: 'More for “First”' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Move down' }));
    await waitFor(() => expect(rows()[0]).toHaveTextContent('Second'));
    expect(server.callsTo(`${API}/order`)[0]?.body).toEqual({ ids: ['b', 'a'] });
  });

  it('goes back to the order the server has when it refuses another', async () => {
    const { user, rows } = await openList({
      [`${API}/order`]: () => ({
        status: 409,
        body: { code: 'conflict', message: 'Sections were added or archived meanwhile.' },
      }),
    });
    await user.click(screen.getByRole('button', { name: 'More for “First”' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Move down' }));
    expect(await screen.findByText('The order was not saved')).toBeInTheDocument();
    await waitFor(() => expect(rows()[0]).toHaveTextContent('First'));
  });

  it('turns a section off', async () => {
    const { server, user } = await openList({
      [`${API}/a/enabled`]: () => ({ body: { section: { ...FIRST, enabled: false } } }),
    });
    await user.click(screen.getByRole('switch', { name: '“First” is on' }));
    await waitFor(() => expect(server.callsTo(`${API}/a/enabled`)).toHaveLength(1));
    expect(server.callsTo(`${API}/a/enabled`)[0]?.body).toEqual({ enabled: false });
  });

  it('says at the slug why a section was not duplicated', async () => {
    const message = 'Another section of abtasty.com has the slug "slug-a-copy".';
    const { user } = await openList({
      [`${API}/a/duplicate`]: () => ({
        status: 409,
        body: { code: 'conflict', message, field: 'slug' },
      }),
    });
    await user.click(screen.getByRole('button', { name: 'More for “First”' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Duplicate…' }));
    await user.click(await screen.findByRole('button', { name: 'Duplicate' }));
    await waitFor(() =>
      expect(screen.getByLabelText('Slug of the copy')).toHaveAccessibleDescription(message),
    );
  });

  it('that is empty says what a section is', async () => {
    fakeServer({ ...routes, [LIST]: () => ({ body: [] }) });
    await openApp(`/sections?${SCOPE}`).signIn();
    expect(await screen.findByText('No sections yet')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'New section' })).toBeInTheDocument();
  });

  it('that fails can be asked again', async () => {
    let fails = true;
    fakeServer({
      ...routes,
      [LIST]: () => (fails ? { status: 400, body: { message: 'No' } } : { body: [FIRST] }),
    });
    const { user, signIn } = openApp(`/sections?${SCOPE}`);
    await signIn();
    const again = await screen.findByRole('button', { name: 'Try again' });
    fails = false;
    await user.click(again);
    expect(await screen.findByText('First')).toBeInTheDocument();
  });
});
