import { expect, test, vi } from 'vitest';
import { fetchCode } from '@/app/fetch-code';
import type { AppRouter } from '@/app/router';
import type { Backend } from '@/lib/backend';

function opened(session: object | null) {
  const loadRouteChunk = vi.fn();
  const backend = { client: { auth: { getSession: async () => ({ data: { session } }) } } };
  const router = {
    latestLocation: { pathname: '/settings/appearance' },
    getMatchedRoutes: (path: string) => [['shell', path], {}],
    loadRouteChunk,
  };
  const asked = fetchCode(backend as unknown as Backend, router as unknown as AppRouter);
  return asked.then(() => loadRouteChunk.mock.calls.flat());
}

test('the code of the opened page is fetched at once', async () => {
  expect(await opened({ user: {} })).toEqual(['shell', '/settings/appearance']);
});

test('nobody fetches the code of a page they are not shown', async () => {
  expect(await opened(null)).toEqual([]);
});
