import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { conversation, listed } from '@/pages/conversations/testing';
import { section } from '@/pages/sections/testing';
import { fakeServer } from '@/testing/fake-server';
import { openApp } from '@/testing/open-app';

const SCOPE = 'domain=abtasty.com&from=2026-11-01&to=2026-11-07';

beforeEach(() => {
  localStorage.clear();
  setLocale('en-GB');
  return () => vi.unstubAllGlobals();
});

describe('while one views the product as somebody else', () => {
  const viewing = {
    '/rest/v1/rpc/get_my_access': () => ({
      body: [
        {
          user_id: 'u-2',
          is_viewing: true,
          email: 'ada@client.example',
          full_name: 'Ada',
          view_ends_at: '2999-01-01T00:00:00Z',
          lacks_second_factor: false,
        },
      ],
    }),
  };

  it('a conversation is neither judged nor reported, by click or by key', async () => {
    const server = fakeServer({
      ...viewing,
      '/rest/v1/rpc/list_conversations': () => ({ body: [listed('a')] }),
      '/rest/v1/conversations': () => ({ body: conversation('a') }),
    });
    const { signIn, user } = openApp(`/conversations/abtasty.com/a?${SCOPE}`);
    await signIn();
    await screen.findByRole('region', { name: 'Viewing as somebody else' });
    const review = within(await screen.findByRole('region', { name: 'Review' }));
    for (const name of ['Good', 'Bad', 'Note']) {
      expect(await review.findByRole('button', { name })).toBeDisabled();
    }
    expect(screen.getByRole('button', { name: 'Report issue' })).toBeDisabled();
    await user.keyboard('gbnr');
    expect(screen.queryByRole('dialog', { name: /^Report/ })).toBeNull();
    expect(review.queryByRole('textbox')).toBeNull();
    expect(server.callsTo('/rest/v1/rpc/save_review')).toEqual([]);
  });

  it('sections are neither moved, switched nor made; the view can be ended', async () => {
    fakeServer({
      ...viewing,
      '/rest/v1/ai_sections': () => ({ body: [section('a', { title: 'First' })] }),
      '/rest/v1/rpc/get_section_clicks': () => ({ body: [] }),
    });
    await openApp(`/sections?${SCOPE}`).signIn();
    const list = within(await screen.findByRole('list', { name: 'Sections of AB Tasty' }));
    await screen.findByRole('region', { name: 'Viewing as somebody else' });
    expect(list.getByRole('button', { name: 'Move “First”' })).toBeDisabled();
    expect(list.getByRole('switch', { name: '“First” is on' })).toBeDisabled();
    expect(list.getByRole('button', { name: 'More for “First”' })).toBeDisabled();
    expect(list.getByRole('link', { name: 'First' })).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'New section' })).toBeNull();
    expect(screen.getByRole('button', { name: 'End the view' })).toBeEnabled();
  });
});
