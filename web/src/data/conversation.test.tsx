import { QueryClient } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { createBackend } from '@/lib/backend';
import { fakeServer } from '@/testing/fake-server';
import { conversationQuery } from './conversation';

const CONFIG = {
  supabaseUrl: 'http://backoffice.test',
  supabaseAnonKey: 'anon',
  apiUrl: 'http://backoffice.test',
  version: '1.2.3',
  demo: false,
};

const messages = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: `m${from + index}` }));

it('has every message of a conversation that is longer than one answer of the server', async () => {
  const { callsTo } = fakeServer({
    '/rest/v1/conversations': () => ({ body: { id: 'k1', messages: messages(0, 1000) } }),
    '/rest/v1/messages': ({ query }) => {
      const offset = Number(query.get('offset'));
      return { body: messages(offset, Math.min(offset + 1000, 2005)) };
    },
  });
  const { queryKey, queryFn } = conversationQuery(createBackend(CONFIG), 'abtasty.com', 'k1');
  const { messages: all } = await new QueryClient().fetchQuery({ queryKey, queryFn });
  expect(all.map(({ id }) => id)).toEqual(messages(0, 2005).map(({ id }) => id));
  expect(callsTo('/rest/v1/messages')).toHaveLength(2);
  vi.unstubAllGlobals();
});
