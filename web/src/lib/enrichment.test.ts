import { expect, it } from 'vitest';
import { fieldLabel, foundText, sourceLabel, valueLabel } from './enrichment';

it('says what was found and what that replaced', () => {
  const details = {
    company: { value: 'Acme', previous_value: null },
    industry: { value: 'Retail', previous_value: 'Software' },
  };
  expect(foundText(details)).toBe('Company: Acme · Industry: Retail (before: Software)');
});

it('says nothing of what has another shape', () => {
  expect([null, 'text', [], { a: 1 }, { a: { value: 2 } }].map(foundText)).toEqual(
    Array(5).fill(''),
  );
});

it('calls what it does not know by its own name', () => {
  expect([fieldLabel('size'), fieldLabel('revenue')]).toEqual(['Size', 'revenue']);
  expect([sourceLabel('email'), sourceLabel('oracle')]).toEqual(['E-mail domain', 'oracle']);
});

it('names a country, which comes as its code', () => {
  expect([valueLabel('country', 'FR'), valueLabel('size', '11-50')]).toEqual(['France', '11-50']);
});
