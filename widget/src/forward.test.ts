import { afterEach, expect, it, vi } from 'vitest';
import { forward } from './forward';

const ANALYTICS = {
  forwarded: ['widget_opened'],
  prefix: 'rose_',
  dataLayer: 'theirLayer',
  google: '',
};
const page = window as unknown as Record<string, unknown>;

afterEach(() => {
  Reflect.deleteProperty(page, 'theirLayer');
});

it('makes the page a list of events when it has none, and adds to the one it has', () => {
  forward(ANALYTICS as never, 'widget_opened', {});
  forward(ANALYTICS as never, 'widget_opened', { cta_id: 'demo' });
  expect(page.theirLayer).toMatchObject([
    { event: 'rose_widget_opened' },
    { event: 'rose_widget_opened', cta_id: 'demo' },
  ]);
});

it('never assigns what the page has: `location` would load it anew', () => {
  const assigned = vi.fn();
  Object.defineProperty(page, 'theirLayer', {
    configurable: true,
    get: () => ({ href: '/' }),
    set: assigned,
  });
  forward(ANALYTICS as never, 'widget_opened', {});
  expect(assigned).not.toHaveBeenCalled();
});
