import { beforeEach, expect, it } from 'vitest';
import type { Agent } from '@/data/agents';
import { setLocale } from '@/lib/format';
import { healthOf, sayFetched, sayVolume } from './status';

beforeEach(() => setLocale('en-GB'));

const NOW = new Date('2026-11-26T10:00:00Z');
const agent = (given: Partial<Agent> = {}): Agent => ({
  slug: 'website_agent',
  name: 'Website agent',
  description: '',
  channel: 'widget',
  enabled: true,
  enabled_by_default: true,
  reason: null,
  version: 0,
  switched_at: null,
  switched_by: null,
  last_activity_at: '2026-11-26T09:00:00Z',
  conversations_today: 12,
  usual_conversations: 8,
  median_answer_ms: 1200,
  unanswered: 0,
  current_version: 'abcdef0123456789',
  fetched_version: 'abcdef0123456789',
  fetched_at: '2026-11-26T09:58:00Z',
  ...given,
});

it('what is wrong with an agent is said, the worst first', () => {
  expect(healthOf(agent())).toBe('fine');
  expect(healthOf(agent({ unanswered: 2 }))).toBe('failing');
  expect(healthOf(agent({ enabled: false, unanswered: 2 }))).toBe('off');
  const never = { last_activity_at: null, fetched_at: null, fetched_version: null };
  expect(healthOf(agent(never))).toBe('silent');
});

it('today is compared with the usual where there is enough of it', () => {
  expect(sayVolume(agent())).toBe('50% more than usual: 8.0 are usual until this time of day');
  expect(sayVolume(agent({ conversations_today: 2 }))).toMatch(/^75% fewer than usual/);
  expect(sayVolume(agent({ conversations_today: 8 }))).toMatch(/^About as usual/);
  expect(sayVolume(agent({ usual_conversations: 0.4 }))).toBe(
    '0.4 are usual until this time of day',
  );
  expect(sayVolume(agent({ usual_conversations: 0 }))).toBe('None in the 28 days before');
});

it('the version in use is compared with the newest', () => {
  expect(sayFetched(agent(), NOW)).toEqual({
    text: 'Newest',
    note: 'Version abcdef01, fetched 2 minutes ago',
  });
  expect(sayFetched(agent({ fetched_version: '00112233445566' }), NOW)).toEqual({
    text: 'Older',
    note: 'Version 00112233, fetched 2 minutes ago; the newest is abcdef01',
  });
  expect(sayFetched(agent({ fetched_at: null, fetched_version: null }), NOW).text).toBe(
    'Never fetched',
  );
});
