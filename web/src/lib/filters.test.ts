import { describe, expect, it } from 'vitest';
import { parseConversationSearch } from './conversation-search';
import { parseScope } from './filters';
import { parseSearch, stringifySearch } from './search-params';

describe('the URL', () => {
  it('reproduces every filter of the conversations', () => {
    const search = {
      domain: 'abtasty.com',
      from: '2026-10-27',
      to: '2026-11-23',
      q: 'price & "demo" 100%',
      conversions: ['email_captured', 'demo_booked'] as const,
      messaged: true,
      country: 'FR',
      page: '/pricing?x=1',
      turns: 3,
      max_turns: 9,
      scores: [4, 5],
      min_quality: 1.5,
      max_quality: 5,
      topics: ['none', '3a064a23-390b-5db4-b2fd-ccfa8ef5f526'],
      intents: ['LEARN', 'none'],
      signals: ['pricing'],
      language: 'fr',
      device: 'mobile',
      referrer: 'google.com',
      account: '3a064a23-390b-5db4-b2fd-ccfa8ef5f526',
      visitor: '3a064a23-390b-5db4-b2fd-ccfa8ef5f526',
      review: 'unreviewed',
      unanswered: false,
      hour: 0,
      weekday: 7,
      sort: 'quality_worst',
    };
    const query = stringifySearch(search);
    expect(query).toContain('conversions=email_captured,demo_booked');
    expect(parseConversationSearch(parseSearch(query))).toEqual(search);
  });

  it('keeps words that look like numbers as words', () => {
    expect(parseConversationSearch(parseSearch('?q=007')).q).toBe('007');
  });

  it('leaves out what no text in the database can hold', () => {
    expect(parseConversationSearch({ q: 'a\0b' }).q).toBe('ab');
    expect(parseConversationSearch({ q: '\0' }).q).toBeUndefined();
  });

  it('leaves out what is not set', () => {
    expect(stringifySearch({ q: undefined, conversions: [], page: '' })).toBe('');
  });

  it('drops what it does not understand', () => {
    const raw = parseSearch('?conversions=nonsense&turns=-1&messaged=perhaps&country=');
    const { conversions, turns, messaged, country } = parseConversationSearch(raw);
    expect([conversions, turns, messaged, country]).toEqual(Array(4).fill(undefined));
  });

  it('drops filters that are none, so that an old link opens', () => {
    const query =
      '?scores=9&min_quality=7&topics=x,y&intents=learn&hour=24&weekday=0&account=me&review=ok&sort=best';
    const kept = Object.values(parseConversationSearch(parseSearch(query)));
    expect(kept.filter((value) => value !== undefined)).toEqual([]);
  });

  it('drops a range that is none', () => {
    expect(parseScope({ from: '2026-02-01', to: '2026-01-01' })).toEqual({ domain: undefined });
    expect(parseScope({ from: '2026-02-30', to: '2026-03-01' })).toEqual({ domain: undefined });
    expect(parseScope({ from: '2026-02-01' })).toEqual({ domain: undefined });
  });
});
