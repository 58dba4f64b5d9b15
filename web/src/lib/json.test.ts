import { expect, it } from 'vitest';
import { differences, fromPointer, isSame, merge, toPointer, valueAt, withValue } from './json';

it('a pointer leads to the path it was made of', () => {
  const path = ['a/b', 'c~d', '0'];
  expect(toPointer(path)).toBe('/a~1b/c~0d/0');
  expect(fromPointer(toPointer(path))).toEqual(path);
  expect(fromPointer('')).toEqual([]);
});

it('the order of keys does not count, that of lists does', () => {
  expect(isSame({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(isSame([1, 2], [2, 1])).toBe(false);
  expect(isSame({}, [])).toBe(false);
  expect(isSame({ a: undefined }, {})).toBe(true);
});

it('a value is put where a path leads, and nothing else changes', () => {
  const before = { list: [{ name: 'a' }, { name: 'b' }], other: 1 };
  const after = withValue(before, ['list', 1, 'name'], 'c');
  expect(after).toEqual({ list: [{ name: 'a' }, { name: 'c' }], other: 1 });
  expect(before.list[1]).toEqual({ name: 'b' });
  expect(withValue(before, ['other'], undefined)).toEqual({ list: before.list });
  expect(withValue({}, ['a', 'b'], 1)).toEqual({ a: { b: 1 } });
  expect(valueAt(after, ['list', '1', 'name'])).toBe('c');
});

it('objects are merged key by key, lists are replaced', () => {
  expect(merge({ a: { x: 1, y: 2 }, l: [1, 2] }, { a: { y: 3 }, l: [] })).toEqual({
    a: { x: 1, y: 3 },
    l: [],
  });
});

it('differences name each field, and a list once', () => {
  expect(differences({ a: { x: 1, y: 2 }, l: [1] }, { a: { x: 1, y: 3 }, l: [2], n: 0 })).toEqual([
    { pointer: '/a/y', before: 2, after: 3 },
    { pointer: '/l', before: [1], after: [2] },
    { pointer: '/n', before: undefined, after: 0 },
  ]);
});
