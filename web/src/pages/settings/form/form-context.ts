import { createContext, use } from 'react';
import type { Edited, Schema } from '@/lib/configuration';
import type { Json, JsonObject, Path } from '@/lib/json';

/** What a field of the form needs to know beyond its own value. */
export type FormState = {
  root: Schema;
  /** As it is saved, and what it would be without this override. */
  edited: Edited;
  /** As the form holds it now. */
  values: JsonObject;
  /** How what is inherited is called: of every website, or the product's default. */
  everywhere: boolean;
  /** What the product brings along, whatever anybody set. */
  defaults: JsonObject;
  readOnly: boolean;
  /** Puts a value at a place; `undefined` takes it out. */
  put: (path: Path, value: Json | undefined) => void;
};

// A context, because RJSF does not render a field again when only functions differ.
export const FormContext = createContext<FormState | null>(null);

export function useFormState(): FormState {
  const state = use(FormContext);
  if (state === null) throw new Error('A field of the form needs a FormContext above it');
  return state;
}
