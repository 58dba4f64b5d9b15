import { expect, it } from 'vitest';
import { setLocale } from './format';
import { foundInWords } from './found';

it.each([
  [{ data: 1, isError: false }, '1 visitor'],
  [{ data: 0, isError: false }, '0 visitors'],
  [{ data: 1200, isError: true }, '1,200 visitors'],
  [{ data: undefined, isError: false }, 'Counting…'],
  [{ data: undefined, isError: true }, 'Not counted'],
])('of %o says %s', (count, words) => {
  setLocale('en-GB');
  expect(foundInWords(count, 'visitor', 'visitors')).toBe(words);
});
