import { useMemo, useState } from 'react';
import { type Configuration, type Edited, editedOf } from '@/lib/configuration';
import {
  type Difference,
  differences,
  fromPointer,
  isSame,
  type Json,
  type JsonObject,
  merge,
  type Path,
  valueAt,
  withValue,
} from '@/lib/json';
import { type FieldError, schemaErrors } from '@/lib/schema-errors';

type Draft = { base: Edited; values: JsonObject; enabled: boolean | null };

/** Values as they are sent: a key that a form left empty is none. */
function sent(values: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(values)) as JsonObject;
}

/** What holds once the values are saved: a field that was emptied takes what it inherits. */
export function effectOf(base: Edited, values: JsonObject): JsonObject {
  const given = sent(values);
  return base.strategy === 'deep' ? (merge(base.inherited, given) as JsonObject) : given;
}

/** The same changes, made to what somebody else saved meanwhile. */
export function rebase(mine: Draft, theirs: Edited): Draft {
  const changed = differences(mine.base.values, effectOf(mine.base, mine.values));
  const values = changed.reduce<Json>(
    (document, { pointer, after }) => withValue(document, fromPointer(pointer), after),
    theirs.values,
  );
  return {
    base: theirs,
    values: values as JsonObject,
    enabled: mine.enabled === mine.base.enabled ? theirs.enabled : mine.enabled,
  };
}

const fresh = (saved: Edited): Draft => ({
  base: saved,
  values: saved.values,
  enabled: saved.enabled,
});

function hasChanges({ base, values, enabled }: Draft): boolean {
  return enabled !== base.enabled || !isSame(base.values, effectOf(base, values));
}

/** The server says how a value must be; at the field it stands alone. */
function asSentence({ field, message }: FieldError): FieldError {
  return { field, message: message.charAt(0).toUpperCase() + message.slice(1) };
}

const orEmpty = (value: Json | undefined) => value ?? '';

/** What a form holds of a configuration until it is saved: what changed, and what is wrong. */
export function useDraft(row: Configuration, everywhere: boolean) {
  const saved = useMemo(() => editedOf(row, everywhere), [row, everywhere]);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [attempted, setAttempted] = useState(false);
  const [refused, setRefused] = useState<{ errors: FieldError[]; values: JsonObject } | null>(null);

  // A form in which nothing is changed follows what others save.
  const isStale = draft !== null && draft.base.version !== saved.version && !hasChanges(draft);
  const current: Draft = draft && !isStale ? draft : fresh(saved);
  const { base, values, enabled } = current;
  const changes: Difference[] = useMemo(
    () => differences(base.values, effectOf(base, values)),
    [base, values],
  );
  const invalid = useMemo(() => schemaErrors(row.schema, sent(values)), [row.schema, values]);
  const dirty = changes.length > 0 || enabled !== base.enabled;

  const edit = (change: (now: Draft) => Partial<Draft>) =>
    setDraft((now) => {
      const from = now && !isStale ? now : fresh(saved);
      return { ...from, ...change(from) };
    });

  const isTouched = ({ field }: FieldError) => {
    const path = fromPointer(field);
    return !isSame(orEmpty(valueAt(values, path)), orEmpty(valueAt(base.values, path)));
  };
  const stands = ({ field }: FieldError) => {
    const path = fromPointer(field);
    return isSame(valueAt(values, path), valueAt(refused?.values, path));
  };
  const shown = attempted ? invalid : invalid.filter(isTouched);
  const told = (refused?.errors ?? []).filter(
    (error) => stands(error) && !shown.some((each) => each.field === error.field),
  );

  return {
    base,
    values,
    enabled,
    changes,
    dirty,
    /** What is wrong with the form, whether or not it is shown yet. */
    invalid,
    errors: [...shown, ...told],
    wanted: { version: base.version, values: sent(values), enabled },
    change: (next: JsonObject) => edit(() => ({ values: next })),
    put: (path: Path, value: Json | undefined) =>
      edit((now) => ({ values: withValue(now.values, path, value) as JsonObject })),
    setEnabled: (next: boolean | null) => edit(() => ({ enabled: next })),
    inheritAll: () => edit((now) => ({ values: now.base.inherited, enabled: null })),
    /** From now on every field says what is wrong with it. */
    attempt: () => setAttempted(true),
    refuse: (errors: FieldError[]) => setRefused({ errors: errors.map(asSentence), values }),
    onTopOf: (theirs: Edited) => setDraft(rebase(current, theirs)),
    discard: () => {
      setDraft(null);
      setAttempted(false);
      setRefused(null);
    },
  };
}

export type DraftState = ReturnType<typeof useDraft>;
