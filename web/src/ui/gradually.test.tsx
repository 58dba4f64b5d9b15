import { renderHook, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { useGradually } from './gradually';

it('draws the beginning of a long list first, and all of it in the end', async () => {
  const drawn: number[] = [];
  renderHook(() => drawn.push(useGradually(500)));
  expect(drawn[0]).toBeLessThan(100);
  await waitFor(() => expect(drawn.at(-1)).toBe(500));
  expect(drawn.length).toBeGreaterThan(5);
});

it('draws a short one at once', () => {
  const { result } = renderHook(() => useGradually(7));
  expect(result.current).toBe(7);
});
