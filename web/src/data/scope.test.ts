import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { conversationFilter } from './conversation-filter';
import { fillScope, scopeOf } from './scope';

const paris = domain('abtasty.com', 'Europe/Paris');
const singapore = domain('merlion.example', 'Asia/Singapore');

function domain(siteDomain: string, timezone: string) {
  return { site_domain: siteDomain, name: siteDomain, timezone, organization: null };
}

beforeEach(() => vi.useFakeTimers({ now: new Date('2026-11-22T18:00:00Z') }));
afterEach(() => vi.useRealTimers());

it('a user with one domain sees it, everybody else all of theirs', () => {
  expect(fillScope({}, [paris]).domain).toBe('abtasty.com');
  expect(fillScope({}, [paris, singapore]).domain).toBe('all');
});

it('the range ends with the current day of the domain shown', () => {
  expect(fillScope({ domain: 'abtasty.com' }, [paris, singapore])).toEqual({
    domain: 'abtasty.com',
    from: '2026-10-26',
    to: '2026-11-22',
  });
  expect(fillScope({ domain: 'all' }, [paris, singapore]).to).toBe('2026-11-23');
});

it('all domains of a user with one are that one, with its timezone', () => {
  expect(scopeOf({ domain: 'all' }, [paris]).domain).toEqual(paris);
  expect(scopeOf({ domain: 'all' }, [paris, singapore]).domain).toBeNull();
});

it('what the URL says is kept', () => {
  const search = { domain: 'abtasty.com', from: '2026-01-01', to: '2026-01-31' };
  expect(fillScope(search, [paris, singapore])).toEqual(search);
});

it('a domain that is not the user’s gives no domain, not all of them', () => {
  const scope = scopeOf({ domain: 'other.example' }, [paris, singapore]);
  expect(scope.siteDomains).toEqual([]);
  expect(scope.domain).toBeNull();
});

it('the list is not asked for what a mailing adds to an address', () => {
  const scope = scopeOf({ from: '2026-01-01', to: '2026-01-31' }, [paris]);
  const search = { q: 'price', utm_source: 'newsletter' };
  expect(conversationFilter(scope, search)).toEqual({
    from: '2026-01-01',
    to: '2026-01-31',
    search: 'price',
  });
});

it('the list is asked only for the filters that are set', () => {
  const scope = scopeOf({ from: '2026-01-01', to: '2026-01-31' }, [paris]);
  expect(conversationFilter(scope, {})).toEqual({ from: '2026-01-01', to: '2026-01-31' });
  expect(
    conversationFilter(scope, { q: 'price', conversions: ['demo_booked'], turns: 2, page: '/' }),
  ).toEqual({
    from: '2026-01-01',
    to: '2026-01-31',
    search: 'price',
    conversions: ['demo_booked'],
    min_turns: 2,
    page: '/',
  });
});
