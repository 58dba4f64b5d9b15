import appearance from '@config/website/appearance.json';
import disclaimers from '@config/website/disclaimers.json';
import forms from '@config/website/forms.json';
import { expect, it } from 'vitest';
import type { Schema } from './configuration';
import type { Json } from './json';
import { schemaErrors } from './schema-errors';

const wrong = (schema: unknown, values: Json) =>
  Object.fromEntries(
    schemaErrors(schema as Schema, values).map(({ field, message }) => [field, message]),
  );

it('what holds by default is valid', () => {
  expect(wrong(appearance, { theme: 'auto', colors: { primary: '#1f3a5f' } })).toEqual({});
});

it('says at each field what it must be, in words and with its unit', () => {
  expect(
    wrong(appearance, {
      theme: 'pink',
      colors: { primary: 'red' },
      launcher: { size: 'big' },
      corner_radius: 99,
      nope: 1,
    }),
  ).toEqual({
    '/theme': 'Must be one of Automatic, Light, Dark',
    '/colors/primary': 'Must be a colour such as #1f3a5f',
    '/launcher/size': 'Must be a whole number',
    '/corner_radius': 'Must be at most 32 px',
    '/nope': 'There is no field nope here',
  });
});

it('a field that is missing is named itself, not what it is missing in', () => {
  expect(wrong(forms, { title: '', fields: [{ name: 'A', type: 'email' }] })).toEqual({
    '/title': 'Fill this in',
    '/fields/0/label': 'Fill this in',
    '/fields/0/name': 'Must be lower case letters, digits and underscores',
  });
});

it('lists say what they lack and what they have twice', () => {
  expect(
    wrong(forms, {
      fields: [{ name: 'a', label: 'A', type: 'text' }],
      notify: ['a@example.com', 'a@example.com'],
    }),
  ).toEqual({
    '/fields': 'Needs a field of type e-mail',
    '/notify': 'Has a@example.com twice',
  });
});

it('names of a map are judged at the map', () => {
  expect(wrong(disclaimers, { texts: { english: { text: 'Hello' } } })).toEqual({
    '/texts': 'The name must be a language code such as en',
  });
});
