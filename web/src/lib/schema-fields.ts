import type { Schema } from '@/lib/configuration';
import { fromPointer, isObject, type Json, type JsonObject } from '@/lib/json';

/** A schema with what it refers to; its own words win over those of the definition. */
export function resolved(root: Schema, schema: Schema): Schema {
  if (!schema.$ref) return schema;
  const name = schema.$ref.replace('#/$defs/', '');
  const { $ref: _, ...own } = schema;
  return { ...resolved(root, root.$defs?.[name] ?? {}), ...own };
}

/** The schema of a field, by where its value stands. */
export function schemaAt(root: Schema, pointer: string): Schema | null {
  let schema: Schema | null = root;
  for (const key of fromPointer(pointer)) {
    const next: boolean | Schema | undefined =
      schema.type === 'array'
        ? schema.items
        : (schema.properties?.[key] ?? schema.additionalProperties);
    if (typeof next !== 'object') return null;
    schema = resolved(root, next);
  }
  return schema;
}

/** How a field is called, from the outside in: “Launcher › Size”. */
export function titleOf(root: Schema, pointer: string): string {
  const keys = fromPointer(pointer);
  const titles = keys.map((key, index) => {
    const to = (length: number) => `/${keys.slice(0, length).join('/')}`;
    const parent = index === 0 ? root : schemaAt(root, to(index));
    const schema = schemaAt(root, to(index + 1));
    if (parent?.type === 'array') return `${schema?.title ?? 'Entry'} ${Number(key) + 1}`;
    return parent?.properties?.[key] ? (schema?.title ?? key) : key;
  });
  return titles.join(' › ') || (root.title ?? '');
}

/** What a value of an enum is called. */
export function enumTitle(schema: Schema, value: Json): string {
  const index = schema.enum?.indexOf(value) ?? -1;
  return schema['x-enum-titles']?.[index] ?? String(value);
}

const NOTHING = '–';
const HIDDEN = '••••••••';

/** A value in words: what a person chose, with its unit. */
export function formatValue(root: Schema, schema: Schema | null, value: Json | undefined): string {
  if (value === undefined || value === null) return NOTHING;
  if (schema?.['x-secret']) return value === '' ? 'Empty' : HIDDEN;
  if (typeof value === 'boolean') return value ? 'On' : 'Off';
  if (schema?.enum) return enumTitle(schema, value);
  if (value === '') return 'Empty';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'None';
    const items = schema?.items ? resolved(root, schema.items) : null;
    return value.map((each) => formatValue(root, items, each)).join('\n');
  }
  if (isObject(value)) return formatObject(root, schema, value);
  return schema?.['x-unit'] ? `${value} ${unitOf(schema)}` : String(value);
}

function formatObject(root: Schema, schema: Schema | null, value: JsonObject): string {
  return Object.entries(value)
    .map(([key, each]) => {
      const known = schema?.properties?.[key];
      const inner = known ? resolved(root, known) : null;
      return `${inner?.title ?? key}: ${formatValue(root, inner, each).replaceAll('\n', ', ')}`;
    })
    .join(' · ');
}

const UNIT_SIGNS: Record<string, string> = { percent: '%', pixels: 'px' };

export function unitOf(schema: Schema): string {
  const unit = schema['x-unit'] ?? '';
  return UNIT_SIGNS[unit] ?? unit;
}

/** What a new value of a field holds: its defaults, and something in every field it needs. */
export function blankOf(root: Schema, given: Schema): Json {
  const schema = resolved(root, given);
  if (schema.default !== undefined) return schema.default;
  if (schema.type === 'object') {
    const blank: JsonObject = {};
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      const { default: preset, type } = resolved(root, inner);
      const needed = schema.required?.includes(key);
      if (preset !== undefined || needed || type === 'object') blank[key] = blankOf(root, inner);
    }
    return blank;
  }
  if (schema.type === 'array') return [];
  if (schema.type === 'boolean') return false;
  if (schema.enum) return schema.enum[0] ?? null;
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 0;
  return '';
}
