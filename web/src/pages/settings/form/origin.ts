import { isSame, type Json, type Path, valueAt } from '@/lib/json';
import type { FormState } from './form-context';

export type Origin = {
  /** Where the value that the form holds comes from. */
  from: 'default' | 'everywhere' | 'here';
  /** It differs from what is saved. */
  unsaved: boolean;
  /** What it would be if nothing were set here; undefined: there would be none. */
  inherited: Json | undefined;
  preset: Json | undefined;
};

/** Where the value of a field comes from; null inside a list, which is inherited as a whole. */
export function originOf(state: FormState, path: Path): Origin | null {
  if (path.some((key) => typeof key === 'number')) return null;
  const value = valueAt(state.values, path);
  const inherited = valueAt(state.edited.inherited, path);
  const preset = valueAt(state.defaults, path);
  const isInherited = value === undefined || isSame(value, inherited);
  return {
    from: !isInherited ? 'here' : isSame(inherited, preset) ? 'default' : 'everywhere',
    unsaved: !isSame(value ?? inherited, valueAt(state.edited.values, path)),
    inherited,
    preset,
  };
}
