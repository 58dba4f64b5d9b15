import { act, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('draws more rows whenever the end of those drawn comes near', async () => {
  const watched: ((near: boolean) => void)[] = [];
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
        watched.push((near) => tell([{ isIntersecting: near }]));
      }
      observe() {}
      disconnect() {}
    },
  );
  vi.resetModules();
  const { useMoreInView } = await import('./more-in-view');
  const Rows = () => {
    const { shown, end } = useMoreInView(120);
    return (
      <>
        <output>{shown}</output>
        <div ref={end} />
      </>
    );
  };
  render(<Rows />);
  const drawn = () => Number(screen.getByRole('status').textContent);
  const first = drawn();
  expect(first).toBeLessThan(120);
  act(() => watched.at(-1)?.(false));
  expect(drawn()).toBe(first);
  act(() => watched.at(-1)?.(true));
  expect(drawn()).toBeGreaterThan(first);
  act(() => watched.at(-1)?.(true));
  expect(drawn()).toBe(120);
});
