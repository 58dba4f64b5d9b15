import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { contentOf } from '@/lib/section-content';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';
import { SCOPE, section } from './testing';

const ONE = '/rest/v1/ai_sections';
const API = '/content/v1/sections/abtasty.com';
const SAVED = section('a');

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

const routes = {
  [ONE]: () => ({ body: SAVED }),
  '/rest/v1/rpc/get_section_clicks': () => ({ body: [] }),
  '/rest/v1/ai_section_versions': () => ({
    body: { content: { ...contentOf(SAVED), title: 'Published title' } },
  }),
};

async function openEditor(more: Parameters<typeof fakeServer>[0] = {}, path = 'a') {
  const server = fakeServer({ ...routes, ...more });
  const app = openApp(`/sections/abtasty.com/${path}${path.includes('?') ? '&' : '?'}${SCOPE}`);
  await app.signIn();
  return { server, user: app.user };
}

describe('the editor', () => {
  it('saves what is typed, on the version it began from', async () => {
    const { server, user } = await openEditor({
      [`${API}/a`]: ({ body }) => ({
        body: { section: { ...SAVED, ...(body.content as object), version: 3 }, removed: [] },
      }),
    });
    const title = await screen.findByLabelText('Title');
    expect(screen.getByRole('button', { name: 'Save draft' })).toBeDisabled();
    await user.clear(title);
    await user.type(title, 'Prices');
    expect(screen.getByText('Not saved')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Save draft' }));
    await waitFor(() => expect(screen.getByText('version 3')).toBeInTheDocument());
    const sent = server.callsTo(`${API}/a`)[0]?.body;
    expect(sent).toMatchObject({ version: 2, slug: 'slug-a', content: { title: 'Prices' } });
    expect(screen.queryByText('Not saved')).toBeNull();
  });

  it('saves with the keyboard, from within a field', async () => {
    const { server, user } = await openEditor({
      [`${API}/a`]: ({ body }) => ({
        body: { section: { ...SAVED, ...(body.content as object), version: 3 }, removed: [] },
      }),
    });
    await user.type(await screen.findByLabelText('Title'), '!{Control>}s{/Control}');
    await waitFor(() => expect(server.callsTo(`${API}/a`)).toHaveLength(1));
  });

  it('says each mistake at its field', async () => {
    const message = 'It is too long: at most 200 characters.';
    const { user } = await openEditor({
      [`${API}/a`]: () => ({
        status: 422,
        body: {
          code: 'invalid_input',
          message,
          field: 'content.questions.0.text',
          errors: [
            { field: 'content.questions.0.text', message },
            { field: 'content.urls.include.1', message: 'A pattern has no spaces.' },
          ],
        },
      }),
    });
    await user.type(await screen.findByLabelText('Title'), '!');
    await user.click(screen.getByRole('button', { name: 'Save draft' }));
    await waitFor(() =>
      expect(screen.getByLabelText('Question 1')).toHaveAccessibleDescription(message),
    );
    expect(screen.getByText('Line 2: A pattern has no spaces.')).toBeInTheDocument();
    expect(screen.getByText(/2 fields are not as needed/)).toBeInTheDocument();
    expect(screen.getByLabelText('Title')).toHaveValue('Section a!');
  });

  it('shows both versions when somebody saved meanwhile, and saves mine on top', async () => {
    const theirs = { ...SAVED, title: 'Their title', version: 3, author: 'Ann' };
    const { server, user } = await openEditor({
      [`${API}/a`]: ({ body }) =>
        body.version === 2
          ? {
              status: 409,
              body: { code: 'conflict', message: 'Meanwhile', field: 'version', theirs },
            }
          : {
              body: { section: { ...SAVED, ...(body.content as object), version: 4 }, removed: [] },
            },
    });
    const title = await screen.findByLabelText('Title');
    await user.clear(title);
    await user.type(title, 'My title');
    await user.click(screen.getByRole('button', { name: 'Save draft' }));
    const dialog = await screen.findByRole('dialog', { name: 'Somebody saved meanwhile' });
    expect(dialog).toHaveTextContent('Ann saved version 3');
    expect(await within(dialog).findByText('Title: Their title')).toBeInTheDocument();
    expect(within(dialog).getByText('Title: My title')).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: 'Save mine as version 4' }));
    await waitFor(() => expect(screen.getByText('version 4')).toBeInTheDocument());
    expect(server.callsTo(`${API}/a`)[1]?.body).toMatchObject({
      version: 3,
      content: { title: 'My title' },
    });
  });

  it('shows what changes for visitors before it publishes', async () => {
    const { server, user } = await openEditor({
      [`${API}/a/publish`]: () => ({ body: { section: { ...SAVED, published_version: 2 } } }),
    });
    await user.click(await screen.findByRole('button', { name: 'Publish…' }));
    const dialog = await screen.findByRole('dialog', { name: /what changes for visitors/ });
    expect(await within(dialog).findByText('Title: Published title')).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: 'Publish' }));
    await waitFor(() =>
      expect(server.callsTo(`${API}/a/publish`)[0]?.body).toEqual({ version: 2 }),
    );
    expect(await screen.findByText('Published')).toBeInTheDocument();
  });

  it('answers whether an address shows the section', async () => {
    const { user } = await openEditor({
      [ONE]: () => ({ body: { ...SAVED, urls: { include: ['/pricing*'], exclude: ['*/old'] } } }),
    });
    const tester = await screen.findByLabelText('Does this URL show it?');
    await user.type(tester, '/pricing/plans');
    expect(screen.getByText('Shown: /pricing* is among the pages.')).toBeInTheDocument();
    await user.clear(tester);
    await user.type(tester, 'https://abtasty.com/pricing/old');
    expect(screen.getByText('Not shown: */old is among the exceptions.')).toBeInTheDocument();
    await user.clear(tester);
    await user.type(tester, 'http://[[');
    expect(screen.getByText('This is no address.')).toBeInTheDocument();
  });

  it('says which colours are hard to read', async () => {
    await openEditor({
      [ONE]: () => ({
        body: {
          ...SAVED,
          colors: {
            background: '#ffffff',
            text: '#777777',
            accent: '#b3124a',
            accent_text: '#fff',
          },
        },
      }),
    });
    const list = await screen.findByRole('list', { name: 'Contrast' });
    expect(list).toHaveTextContent('Text on the background: 4.4 : 1 is too little');
    expect(list).toHaveTextContent('Text on the accent: 6.7 : 1 is enough');
  });

  it('asks before what is typed is left behind', async () => {
    const { user } = await openEditor();
    await user.type(await screen.findByLabelText('Title'), '!');
    await user.click(screen.getAllByRole('link', { name: 'AI Sections' })[0] as HTMLElement);
    const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
    await user.click(within(dialog).getByRole('button', { name: 'Go on editing' }));
    expect(screen.getByLabelText('Title')).toHaveValue('Section a!');
    expect(window.location.pathname).toBe('/sections/abtasty.com/a');
  });

  it('says what of the CSS visitors will not get', async () => {
    await openEditor({
      [ONE]: () => ({ body: { ...SAVED, custom_css: '@import "x";' } }),
      '/content/v1/section-css': () => ({
        body: { css: '', removed: [{ what: '@import "x";', why: '@import loads.', line: 1 }] },
      }),
    });
    const list = await screen.findByRole('list', { name: 'Left out of the CSS' });
    expect(list).toHaveTextContent('Line 1: @import "x"; @import loads.');
  });
});

describe('a new section', () => {
  it('takes its slug from its title, and then has an address of its own', async () => {
    const { server, user } = await openEditor(
      {
        [API]: ({ body }) => ({
          status: 201,
          body: { section: { ...SAVED, ...(body.content as object), version: 1 }, removed: [] },
        }),
      },
      'new',
    );
    await user.type(await screen.findByLabelText('Title'), 'Où sont nos prix ?');
    expect(screen.getByLabelText('Slug')).toHaveValue('ou-sont-nos-prix');
    await user.click(screen.getByRole('button', { name: 'Add a question' }));
    await user.type(screen.getByLabelText('Question 1'), 'Why?');
    await user.click(screen.getByRole('button', { name: 'Save draft' }));
    await waitFor(() => expect(window.location.pathname).toBe('/sections/abtasty.com/a'));
    expect(server.callsTo(API)[0]?.body).toMatchObject({
      slug: 'ou-sont-nos-prix',
      content: { title: 'Où sont nos prix ?', questions: [{ text: 'Why?' }] },
    });
  });
});

describe('the history', () => {
  const versions = [2, 1].map((version) => ({
    version,
    created_at: '2026-11-01T09:00:00Z',
    author: 'Ann',
    restored_from: null,
    published_at: null,
  }));

  it('compares versions and brings one back', async () => {
    const { server, user } = await openEditor(
      {
        '/rest/v1/rpc/list_section_versions': () => ({ body: versions }),
        '/rest/v1/ai_section_versions': ({ query }) => ({
          body: { content: { ...contentOf(SAVED), title: `Title ${query.get('version')}` } },
        }),
        [`${API}/a/revert`]: () => ({ body: { section: { ...SAVED, version: 3 } } }),
      },
      'a?view=history',
    );
    expect(await screen.findByText('Title: Title eq.1')).toBeInTheDocument();
    expect(screen.getByText('Title: Title eq.2')).toBeInTheDocument();
    expect(screen.getByText('Visitors get this')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: /^Version 1/ }));
    await waitFor(() => expect(window.location.search).toContain('version=1'));
    await user.click(await screen.findByRole('button', { name: 'Bring version 1 back' }));
    await waitFor(() =>
      expect(server.callsTo(`${API}/a/revert`)[0]?.body).toEqual({ version: 2, to: 1 }),
    );
  });
});

describe('the snippet', () => {
  it('names the section, the key and the origin', async () => {
    await openEditor({ '/rest/v1/rpc/get_widget_key': () => ({ body: 'pk_1' }) }, 'a?view=snippet');
    expect(await screen.findByText('<div data-rose-section="slug-a"></div>')).toBeInTheDocument();
    expect(
      screen.getByText(
        '<script async src="http://backoffice.test/widget/v1/rose.js" data-rose-key="pk_1"></script>',
      ),
    ).toBeInTheDocument();
  });
});
