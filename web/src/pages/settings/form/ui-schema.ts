import type { UiSchema } from '@rjsf/utils';
import type { Schema } from '@/lib/configuration';
import { resolved, unitOf } from '@/lib/schema-fields';

/** How each field of a schema is shown: which input, with which unit, under which names. */
export function uiSchemaOf(root: Schema, given: Schema = root): UiSchema {
  const schema = resolved(root, given);
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([key, inner]) => [
      key,
      uiSchemaOf(root, inner),
    ]);
    const more = schema.additionalProperties;
    return {
      ...Object.fromEntries(fields),
      ...(typeof more === 'object' && { additionalProperties: uiSchemaOf(root, more) }),
    };
  }
  if (schema.type === 'array') {
    const items = schema.items ? resolved(root, schema.items) : {};
    if (items.enum) {
      return { 'ui:widget': 'checkboxes', 'ui:label': false, 'ui:enumNames': enumNames(items) };
    }
    return { items: uiSchemaOf(root, items) };
  }
  return { 'ui:label': false, ...inputOf(schema) };
}

function enumNames(schema: Schema): string[] {
  return schema['x-enum-titles'] ?? (schema.enum ?? []).map(String);
}

function inputOf(schema: Schema): UiSchema {
  if (schema.type === 'boolean') return { 'ui:widget': 'checkbox' };
  if (schema.enum) {
    return {
      'ui:widget': 'select',
      'ui:enumNames': enumNames(schema),
      'ui:options': {
        searchable: false,
        allowDeselect: false,
        size: 'sm',
        comboboxProps: { withinPortal: true },
      },
    };
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return schema['x-unit'] ? { 'ui:options': { suffix: ` ${unitOf(schema)}` } } : {};
  }
  // An emptied text is empty; one that were missing would take what is inherited.
  const text: UiSchema = { 'ui:emptyValue': '' };
  if (schema['x-secret']) {
    return { ...text, 'ui:widget': 'password', 'ui:autocomplete': 'new-password' };
  }
  if (schema['x-widget'] === 'textarea') {
    return {
      ...text,
      'ui:widget': 'textarea',
      'ui:options': { autosize: true, minRows: 2, maxRows: 14, emptyValue: '' },
    };
  }
  if (schema['x-widget'] === 'color') {
    return { ...text, 'ui:widget': 'color', 'ui:options': { fixOnBlur: false, format: 'hex' } };
  }
  return text;
}
