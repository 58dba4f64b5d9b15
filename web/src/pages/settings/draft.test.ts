import { expect, it } from 'vitest';
import type { Edited } from '@/lib/configuration';
import type { JsonObject } from '@/lib/json';
import { effectOf, rebase } from './draft';

const edited = (values: JsonObject, more: Partial<Edited> = {}): Edited => ({
  version: 1,
  enabled: null,
  override: null,
  values,
  inherited: { size: 1, colors: { a: 'red', b: 'blue' } },
  inheritedEnabled: true,
  strategy: 'deep',
  ...more,
});

it('an emptied field takes what it inherits, unless the override holds alone', () => {
  const base = edited({});
  expect(effectOf(base, { size: undefined, colors: { a: 'green' } })).toEqual({
    size: 1,
    colors: { a: 'green', b: 'blue' },
  });
  expect(effectOf({ ...base, strategy: 'replace' }, { size: undefined })).toEqual({});
});

it('my changes are put on top of theirs, and theirs are kept beside them', () => {
  const base = edited({ size: 1, colors: { a: 'red', b: 'blue' } });
  const theirs = edited({ size: 9, colors: { a: 'red', b: 'black' } }, { version: 2 });
  const mine = { base, values: { size: 1, colors: { a: 'green', b: 'blue' } }, enabled: null };
  const after = rebase(mine, theirs);
  expect(after.values).toEqual({ size: 9, colors: { a: 'green', b: 'black' } });
  expect(after.base.version).toBe(2);
});

it('whether it is on is mine only if I changed it', () => {
  const base = edited({ size: 1 });
  const theirs = edited({ size: 1 }, { enabled: false });
  expect(rebase({ base, values: base.values, enabled: null }, theirs).enabled).toBe(false);
  expect(rebase({ base, values: base.values, enabled: true }, theirs).enabled).toBe(true);
});
