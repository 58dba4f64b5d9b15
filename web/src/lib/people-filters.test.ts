import { describe, expect, it } from 'vitest';
import {
  countSet,
  NO_VISITOR_FILTERS,
  parseAccountPanel,
  parseAccountSearch,
  parseVisitorPanel,
  parseVisitorSearch,
} from './people-filters';
import { parseSearch, stringifySearch } from './search-params';

const ID = 'c0000000-0000-4000-8000-00000000000a';

describe('the URL of the visitors', () => {
  it('reproduces every filter', () => {
    const search = {
      domain: 'abtasty.com',
      from: '2026-10-27',
      to: '2026-11-23',
      q: 'ann@client.example',
      status: ['known', 'semi-known'] as const,
      score: [4, 5] as const,
      account: ID,
      country: 'FR',
      conversions: ['demo_booked'] as const,
      did: 'engaged',
      sort: 'page_views',
    };
    const query = stringifySearch(search);
    expect(query).toContain('score=4,5');
    expect(parseVisitorSearch(parseSearch(query))).toEqual(search);
  });

  it('is read the same from itself', () => {
    const once = parseVisitorSearch(parseSearch('?score=5,4&status=known&did=funnel_booked'));
    expect(parseVisitorSearch(once)).toEqual(once);
    expect(once.score).toEqual([4, 5]);
  });

  it('drops what it does not understand', () => {
    const raw = parseSearch('?score=9,x&status=ghost&account=1&did=flew&sort=name&conversions=');
    expect(Object.values(parseVisitorSearch(raw)).filter((value) => value !== undefined)).toEqual(
      [],
    );
  });

  it('counts the filters that are set', () => {
    const search = parseVisitorSearch(parseSearch('?q=x&did=active&sort=score'));
    expect(countSet(search, NO_VISITOR_FILTERS)).toBe(2);
  });

  it('says which part of the panel is open', () => {
    expect(parseVisitorPanel(parseSearch('?tab=sessions&kinds=message,nonsense'))).toEqual({
      tab: 'sessions',
      kinds: ['message'],
    });
    expect(parseVisitorPanel({ tab: 'topics' }).tab).toBeUndefined();
  });
});

describe('the URL of the accounts', () => {
  it('reproduces every filter', () => {
    const search = {
      q: 'acme',
      country: 'US',
      industry: 'Software, and more',
      score: [1] as const,
      talked: false,
      sort: 'conversations',
    };
    expect(parseAccountSearch(parseSearch(stringifySearch(search)))).toEqual({
      domain: undefined,
      from: undefined,
      to: undefined,
      ...search,
    });
  });

  it('knows talked, not talked, and not asked', () => {
    const talked = (value: string) => parseAccountSearch({ talked: value }).talked;
    expect(['true', 'false', 'perhaps'].map(talked)).toEqual([true, false, undefined]);
  });

  it('says which part of the panel is open', () => {
    expect(parseAccountPanel({ tab: 'topics', kinds: ['conversion'] })).toEqual({
      tab: 'topics',
      kinds: ['conversion'],
    });
  });
});
