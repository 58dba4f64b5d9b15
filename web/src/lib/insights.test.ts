import { expect, it } from 'vitest';
import { readMessages, readReceipt, readSources } from './insights';
import { plainText } from './plain-text';

it('a receipt is read, and what is none is none', () => {
  const quotes = [{ message_id: 'm', text: 'Price?' }];
  const stored = {
    scorer: 'rules',
    score: 4.2,
    components: [{ name: 'answered', weight: 3, value: 0.5, quotes }],
  };
  expect(readReceipt(stored)).toEqual(stored);
  for (const none of [null, undefined, 'x', [], {}, { components: [{ name: 'x' }] }]) {
    expect(readReceipt(none)).toBeNull();
  }
});

it('messages are read by their id', () => {
  const read = readMessages([
    { id: 'a', intent: 'LEARN', signals: ['pricing', { kind: 'demo' }], answered: false },
    { intent: 'LEARN' },
    7,
  ]);
  expect([...read]).toEqual([
    ['a', { intent: 'LEARN', signals: ['pricing', 'demo'], answered: false }],
  ]);
  expect(readMessages(null).size).toBe(0);
});

it('sources link to websites alone', () => {
  expect(
    readSources({
      sources: ['https://a.example', { title: 'Docs', url: 'javascript:alert(1)' }, {}, null],
    }),
  ).toEqual([
    { label: 'https://a.example', href: 'https://a.example' },
    { label: 'Docs', href: null },
  ]);
  expect(readSources('x')).toEqual([]);
});

it('characters that turn the direction of writing are left out', () => {
  expect(plainText('a\u202Egpj.exe\u2066b\u200F')).toBe('agpj.exeb');
  expect(plainText('שלום')).toBe('שלום');
});
