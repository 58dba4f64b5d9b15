import { expect, test } from 'vitest';
import { differences } from './diff';

test('an update says what changed, and that a secret did without saying what it is', () => {
  const before = { name: 'Shop', timezone: 'UTC', limits: { a: 1 } };
  const after = { name: 'Shop', timezone: 'Asia/Tokyo', limits: null };
  expect(differences({ before, after, changed: ['limits', 'secret_hash', 'timezone'] })).toEqual([
    { column: 'limits', before: '{\n  "a": 1\n}', after: null, hidden: false },
    { column: 'secret_hash', before: null, after: null, hidden: true },
    { column: 'timezone', before: 'UTC', after: 'Asia/Tokyo', hidden: false },
  ]);
});

test('what was added or removed is said whole', () => {
  expect(differences({ before: null, after: { host: 'a.example' }, changed: [] })).toEqual([
    { column: 'host', before: null, after: 'a.example', hidden: false },
  ]);
  expect(differences({ before: { on: false }, after: null, changed: [] })).toEqual([
    { column: 'on', before: 'false', after: null, hidden: false },
  ]);
});

test('what was erased says nothing', () => {
  expect(differences({ before: null, after: null, changed: ['name'] })).toEqual([]);
});
