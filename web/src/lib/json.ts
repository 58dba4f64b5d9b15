export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };
export type Path = readonly (string | number)[];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path as a JSON pointer (RFC 6901) writes it. */
export function toPointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Whether two values are the same JSON: the order of keys does not count, that of lists does. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => isSame(one[key], other[key]));
  }
  return one === other;
}

export function valueAt(document: unknown, path: Path): Json | undefined {
  let value = document as Json | undefined;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isObject(value)) value = value[key];
    else return undefined;
  }
  return value;
}

/** The document with another value at a path; `undefined` takes the value out. */
export function withValue(document: unknown, path: Path, value: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (Array.isArray(document)) {
    return document.map((each, index) =>
      index === Number(key) ? withValue(each, rest, value) : each,
    );
  }
  const { [key]: inner, ...others }: JsonObject = isObject(document) ? document : {};
  if (rest.length === 0 && value === undefined) return others;
  const changed = rest.length === 0 ? value : withValue(inner, rest, value);
  return isObject(document) ? { ...document, [key]: changed } : { [key]: changed };
}

/** `override` over `base`: objects key by key at every depth, anything else replaced. */
export function merge(base: Json | undefined, override: Json | undefined): Json | undefined {
  if (override === undefined) return base;
  if (!isObject(base) || !isObject(override)) return override;
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(override)) merged[key] = merge(base[key], value);
  return merged;
}

export type Difference = { pointer: string; before?: Json; after?: Json };

/** What differs, field by field; a list is one value. */
export function differences(before: unknown, after: unknown, path: Path = []): Difference[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  if (isSame(before, after)) return [];
  return [{ pointer: toPointer(path), before: before as Json, after: after as Json }];
}
