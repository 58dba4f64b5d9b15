import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

afterEach(cleanup);

// Pages are loaded when first shown, which on a busy machine takes a while.
configure({ asyncUtilTimeout: 20_000 });

// jsdom lays nothing out and has none of these; Mantine asks for them on mount.
Object.defineProperty(window, 'matchMedia', {
  writable: true,
  value: (query: string) => ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
    dispatchEvent: vi.fn(),
  }),
});

// Tables and timelines draw the rows that their frame has room for.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', {
  get(this: HTMLElement) {
    return this.matches('section, [data-scroll-frame]') ? 700 : 0;
  },
});

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
Object.defineProperty(window, 'ResizeObserver', { writable: true, value: NoObserver });
// What a growing text field listens to for late fonts.
Object.defineProperty(document, 'fonts', {
  value: { addEventListener: vi.fn(), removeEventListener: vi.fn() },
});
Object.defineProperty(window, 'scrollTo', { writable: true, value: vi.fn() });
Element.prototype.scrollIntoView = vi.fn();
