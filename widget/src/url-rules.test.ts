import { describe, expect, it } from 'vitest';
import { judgeUrl, matchesGlob, matchesPattern } from './url-rules';

const at = (path: string) => new URL(path, 'https://www.example.com');

describe('a pattern', () => {
  it.each([
    ['/pricing', '/pricing', true],
    ['/pricing', '/pricing/', true],
    ['/pricing/', '/pricing', true],
    ['/pricing', '/pricing/plans', false],
    ['/pricing*', '/pricing/plans', true],
    ['/pricing/*', '/pricing', false],
    ['/pricing/*', '/pricing/', true],
    ['/*/docs', '/en/docs', true],
    ['/*/docs', '/docs', false],
    ['*pricing*', '/en/pricing-plans', true],
    ['*/pricing', '/en/pricing', true],
    ['/', '/', true],
    ['/', '/pricing', false],
    ['*', '/anything', true],
    ['/a.c', '/abc', false],
    ['/Pricing', '/pricing', false],
    ['/prix-été', '/prix-%C3%A9t%C3%A9', true],
    ['/100%', '/100%', true],
    ['', '/', false],
    [' /pricing ', '/pricing', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matchesPattern(pattern, at(path))).toBe(expected);
  });

  it.each([
    ['www.example.com/pricing', '/pricing', true],
    ['WWW.Example.com/pricing', '/pricing', true],
    ['https://www.example.com/pricing', '/pricing', true],
    ['example.com/pricing', '/pricing', false],
    ['*.example.com/pricing', '/pricing', true],
    ['www.example.com', '/anything/at/all', true],
    ['other.com/*', '/pricing', false],
    ['www.example.com:8080/*', '/pricing', false],
  ])('with a host, %s on %s: %s', (pattern, path, expected) => {
    expect(matchesPattern(pattern, at(path))).toBe(expected);
  });

  it('minds the port only when it names one', () => {
    const url = new URL('http://localhost:8080/pricing');
    expect(matchesPattern('localhost/pricing', url)).toBe(true);
    expect(matchesPattern('localhost:8080/pricing', url)).toBe(true);
    expect(matchesPattern('localhost:9090/pricing', url)).toBe(false);
  });

  it('minds the query only when it has one', () => {
    expect(matchesPattern('/search', at('/search?q=chairs'))).toBe(true);
    expect(matchesPattern('/search?q=*', at('/search?q=chairs'))).toBe(true);
    expect(matchesPattern('/search?q=tables', at('/search?q=chairs'))).toBe(false);
    expect(matchesPattern('/search', at('/search#chairs'))).toBe(true);
  });
});

describe('a glob', () => {
  it('does not count a character twice', () => {
    expect(matchesGlob('ab*ba', 'aba')).toBe(false);
    expect(matchesGlob('ab*ba', 'abba')).toBe(true);
    expect(matchesGlob('*a*a*', 'a')).toBe(false);
  });

  it('takes text for text, not for a regular expression', () => {
    expect(matchesGlob('(a+)+$', 'aaaa')).toBe(false);
    expect(matchesGlob('(a+)+$', '(a+)+$')).toBe(true);
  });

  it('is not slowed down by stars without a match', () => {
    const steps = 10_000;
    expect(matchesGlob(`${'*a'.repeat(steps)}b`, 'a'.repeat(steps * 2))).toBe(false);
  });
});

describe('rules', () => {
  const shown = (rules: Parameters<typeof judgeUrl>[0], path: string) =>
    judgeUrl(rules, at(path).href);

  it('show everything when nothing is included', () => {
    expect(shown({ include: [], exclude: [] }, '/legal')).toEqual({ shown: true });
    expect(shown(undefined, '/legal')).toEqual({ shown: true });
  });

  it('let an exclusion win, and name it', () => {
    const rules = { include: ['/legal*'], exclude: ['/legal/*'] };
    expect(shown(rules, '/legal/terms')).toEqual({
      shown: false,
      by: { list: 'exclude', pattern: '/legal/*' },
    });
    expect(shown(rules, '/legal')).toEqual({
      shown: true,
      by: { list: 'include', pattern: '/legal*' },
    });
  });

  it('hide what is not included', () => {
    expect(shown({ include: ['/pricing'], exclude: [] }, '/')).toEqual({ shown: false });
  });

  it('show nothing at what is no address', () => {
    expect(judgeUrl({ include: [], exclude: [] }, 'not an address')).toEqual({ shown: false });
  });
});
