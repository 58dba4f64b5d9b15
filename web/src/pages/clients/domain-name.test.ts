import { expect, it } from 'vitest';
import { previewDomain, suggestName } from './domain-name';

it.each([
  ['https://www.Acme-Shop.com/pricing?x=1', 'acme-shop.com'],
  [' acme.com. ', 'acme.com'],
  ['acme.com:8443', 'acme.com'],
  ['bücher.de', 'xn--bcher-kva.de'],
  ['', null],
  ['localhost', null],
  ['a b', null],
])('%s becomes %s', (typed, domain) => {
  expect(previewDomain(typed)).toBe(domain);
});

it.each([
  ['acme-shop.com', 'Acme Shop'],
  ['northwind.co.uk', 'Northwind'],
  ['xn--bcher-kva.de', ''],
  [null, ''],
])('%s is suggested as %s', (domain, name) => {
  expect(suggestName(domain)).toBe(name);
});
