import { describe, expect, it } from 'vitest';
import { deviceOf, mayShow } from './display';
import { readSettings } from './settings';
import { config } from './testing/page';

const somebody = { share: 50, languages: ['en'], device: 'desktop' as const };

function shows(
  display: Record<string, unknown>,
  visitor: Partial<typeof somebody> = {},
  at = '2026-11-26T10:00:00Z',
) {
  const settings = readSettings(config({ timezone: 'Europe/Paris', config: { display } }), ['en']);
  return mayShow(settings.display, { ...somebody, ...visitor }, new Date(at));
}

describe('who is shown something', () => {
  it('is everybody, where nothing is said', () => {
    expect(shows({})).toBe(true);
  });

  it('is a share of the visitors', () => {
    expect(shows({ traffic_share: 51 })).toBe(true);
    expect(shows({ traffic_share: 50 })).toBe(false);
    expect(shows({ traffic_share: 0 }, { share: 0 })).toBe(false);
    expect(shows({ traffic_share: 100 }, { share: 99.99 })).toBe(true);
  });

  it('is whoever speaks one of the languages', () => {
    expect(shows({ languages: ['fr', 'en'] })).toBe(true);
    expect(shows({ languages: ['fr'] })).toBe(false);
  });

  it('is nobody outside the hours of the website’s own timezone', () => {
    const schedule = { always: false, weekdays: ['thu'], from: '09:00', to: '17:00' };
    // A Thursday; Paris is an hour ahead.
    expect(shows({ schedule }, {}, '2026-11-26T08:00:00Z')).toBe(true);
    expect(shows({ schedule }, {}, '2026-11-26T07:59:00Z')).toBe(false);
    expect(shows({ schedule }, {}, '2026-11-26T16:00:00Z')).toBe(false);
    expect(shows({ schedule }, {}, '2026-11-25T10:00:00Z')).toBe(false);
  });

  it('counts the hours after midnight to the evening before', () => {
    const schedule = { always: false, weekdays: ['thu'], from: '20:00', to: '02:00' };
    expect(shows({ schedule }, {}, '2026-11-26T20:00:00Z')).toBe(true);
    expect(shows({ schedule }, {}, '2026-11-27T00:30:00Z')).toBe(true);
    expect(shows({ schedule }, {}, '2026-11-27T01:30:00Z')).toBe(false);
    expect(shows({ schedule }, {}, '2026-11-26T00:30:00Z')).toBe(false);
  });
});

it.each([
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1',
    5,
    'mobile',
  ],
  ['Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36', 5, 'mobile'],
  ['Mozilla/5.0 (Linux; Android 15; SM-X910) Chrome/140.0 Safari/537.36', 5, 'tablet'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15', 5, 'tablet'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15', 0, 'desktop'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36', 10, 'desktop'],
])('%s with %d touch points is a %s', (agent, touchPoints, device) => {
  expect(deviceOf(agent, touchPoints)).toBe(device);
});
