import {
  focusManager,
  QueryClient,
  QueryClientProvider,
  useInfiniteQuery,
} from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it } from 'vitest';
import { keysetOptions } from './keyset';

afterEach(() => focusManager.setFocused(undefined));

function listOf() {
  const asked: number[] = [];
  const client = new QueryClient();
  const options = keysetOptions({
    queryKey: ['rows'],
    pageSize: 1,
    fetchPage: async (after) => {
      const next = Number(after ?? 0) + 1;
      asked.push(next);
      return [{ cursor: next }];
    },
  });
  const { result } = renderHook(() => useInfiniteQuery(options), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    ),
  });
  const loadTo = async (pages: number) => {
    await waitFor(() => expect(result.current.data?.pages).toHaveLength(1));
    for (let page = 2; page <= pages; page += 1) await act(() => result.current.fetchNextPage());
    asked.length = 0;
  };
  const comeBack = () =>
    act(async () => {
      focusManager.setFocused(false);
      focusManager.setFocused(true);
    });
  return { asked, client, loadTo, comeBack };
}

it('refreshes a short list for somebody who comes back to the window', async () => {
  const { asked, loadTo, comeBack } = listOf();
  await loadTo(3);
  await comeBack();
  await waitFor(() => expect(asked).toEqual([1, 2, 3]));
});

it('leaves a list alone that was scrolled far, until it is known to be wrong', async () => {
  const { asked, client, loadTo, comeBack } = listOf();
  await loadTo(6);
  await comeBack();
  expect(asked).toEqual([]);
  await act(() => client.invalidateQueries({ queryKey: ['rows'] }));
  await waitFor(() => expect(asked).toEqual([1, 2, 3, 4, 5, 6]));
});
