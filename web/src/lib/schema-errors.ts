import { type OutputUnit, Validator } from '@cfworker/json-schema';
import type { Schema } from '@/lib/configuration';
import { fromPointer, type Json, valueAt } from '@/lib/json';
import { enumTitle, resolved, schemaAt, unitOf } from '@/lib/schema-fields';

/** What is wrong at one field; `field` is its JSON pointer. */
export type FieldError = { field: string; message: string };

const validators = new WeakMap<Schema, Validator>();

/** A schema is interpreted: the pages' content security policy lets nobody compile code. */
function validatorOf(schema: Schema): Validator {
  const validator = validators.get(schema) ?? new Validator(schema as object, '2020-12', false);
  validators.set(schema, validator);
  return validator;
}

// They only say that something inside is wrong, which is told by itself.
const WRAPPERS = ['properties', 'items', 'additionalProperties', '$ref'];

/** What is wrong with values, each at its field and in words that say what to do. */
export function schemaErrors(root: Schema, values: Json): FieldError[] {
  const { errors } = validatorOf(root).validate(values);
  const found = new Map<string, FieldError>();
  for (const unit of errors) {
    const error = fieldError(root, values, unit);
    // The first one is the most basic: what is empty need not also look like a date.
    if (error && !found.has(error.field)) found.set(error.field, error);
  }
  return [...found.values()];
}

function fieldError(root: Schema, values: Json, unit: OutputUnit): FieldError | null {
  const { keyword, instanceLocation, keywordLocation, error } = unit;
  const pointer = instanceLocation.replace(/^#/, '');
  if (keywordLocation.includes('/contains/')) return null;
  const schema = schemaAt(root, pointer);
  if (keyword === 'required') {
    const missing = /"([^"]+)"/.exec(error)?.[1];
    return missing === undefined
      ? null
      : { field: `${pointer}/${missing}`, message: 'Fill this in' };
  }
  if (keyword === 'propertyNames') {
    const message = schema?.['x-names-message'] ?? 'has a name that is not possible here';
    return { field: pointer, message: sentence(`The name ${message}`) };
  }
  if (keywordLocation.includes('/propertyNames/')) return null;
  if (keyword === 'false') {
    const name = fromPointer(pointer).at(-1);
    return { field: pointer, message: `There is no field ${name} here` };
  }
  if (!schema || WRAPPERS.includes(keyword)) return null;
  const value = valueAt(values, fromPointer(pointer));
  return { field: pointer, message: sentence(messageOf(keyword, schema, value, root) ?? error) };
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'on or off',
  array: 'a list',
  object: 'a group of fields',
};

function messageOf(
  keyword: string,
  schema: Schema,
  value: Json | undefined,
  root: Schema,
): string | null {
  const unit = schema['x-unit'] ? ` ${unitOf(schema)}` : '';
  switch (keyword) {
    case 'type':
      return `must be ${TYPES[schema.type ?? ''] ?? schema.type}`;
    case 'enum':
      return `must be one of ${schema.enum?.map((each) => enumTitle(schema, each)).join(', ')}`;
    case 'pattern':
      return schema['x-pattern-message'] ?? 'is not written as it has to be';
    case 'format':
      return schema.format === 'email' ? 'must be an e-mail address' : `must be a ${schema.format}`;
    case 'minLength':
      return schema.minLength === 1
        ? 'fill this in'
        : `must have at least ${schema.minLength} characters`;
    case 'maxLength':
      return `must have at most ${schema.maxLength} characters; it has ${[...String(value)].length}`;
    case 'minimum':
      return `must be at least ${schema.minimum}${unit}`;
    case 'maximum':
      return `must be at most ${schema.maximum}${unit}`;
    case 'exclusiveMinimum':
      return `must be more than ${schema.exclusiveMinimum}${unit}`;
    case 'exclusiveMaximum':
      return `must be less than ${schema.exclusiveMaximum}${unit}`;
    case 'multipleOf':
      return `must be a multiple of ${schema.multipleOf}${unit}`;
    case 'minItems':
      return `needs at least ${schema.minItems}`;
    case 'maxItems':
      return `takes at most ${schema.maxItems}`;
    case 'minProperties':
      return `needs at least ${schema.minProperties}`;
    case 'maxProperties':
      return `takes at most ${schema.maxProperties}`;
    case 'uniqueItems':
      return repeated(value, schema.items ? resolved(root, schema.items) : {});
    case 'contains':
      return schema['x-contains-message'] ?? null;
    default:
      return null;
  }
}

function repeated(value: Json | undefined, items: Schema): string {
  const seen = new Set<string>();
  for (const each of Array.isArray(value) ? value : []) {
    const key = JSON.stringify(each);
    if (seen.has(key)) return `has ${enumTitle(items, each)} twice`;
    seen.add(key);
  }
  return 'has an entry twice';
}
