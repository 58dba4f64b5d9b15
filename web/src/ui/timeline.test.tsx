import { render, screen, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { setLocale } from '@/lib/format';
import { Timeline } from './timeline';

const MANY = 3_000;

beforeEach(() => {
  setLocale('en-GB');
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(34);
});

it('draws of thousands those in view, and keeps the room of the others', () => {
  const items = Array.from({ length: MANY }, (_, index) => ({
    at: new Date(Date.UTC(2026, 10, 5, 10) - index * 60_000).toISOString(),
    session_id: 's1',
  }));
  render(
    <div data-scroll-frame>
      <Timeline
        items={items}
        timezone="UTC"
        keyOf={({ at }) => at}
        icon={() => null}
        heading={({ items: all }) => `${all.length} in this session`}
      >
        {({ at }) => `Happened at ${at}`}
      </Timeline>
    </div>,
  );
  const timeline = screen.getByRole('list', { name: 'Timeline' });
  const drawn = within(timeline).getAllByRole('listitem');
  expect(drawn.length).toBeGreaterThan(10);
  expect(drawn.length).toBeLessThan(60);
  expect(Number.parseInt(timeline.style.height, 10)).toBeGreaterThan(MANY * 20);
  expect(drawn[0]).toHaveTextContent(/Thursday,? 5 November 2026/);
  // Of all of them on that day, though most are not in the document.
  expect(drawn[0]).toHaveTextContent('601 in this session');
});
