import agents from '@config/global/agents.json';
import appearance from '@config/website/appearance.json';
import ctas from '@config/website/ctas.json';
import forms from '@config/website/forms.json';
import { expect, it } from 'vitest';
import type { Schema } from './configuration';
import { blankOf, formatValue, schemaAt, titleOf } from './schema-fields';

const APPEARANCE = appearance as Schema;
const CTAS = ctas as Schema;
const FORMS = forms as Schema;

it('a field is called by its titles from the outside in', () => {
  expect(titleOf(APPEARANCE, '/launcher/size')).toBe('Launcher › Size');
  expect(titleOf(CTAS, '/items/0/label')).toBe(
    'Calls to action › Call to action 1 › Text of the button',
  );
  expect(titleOf(agents as Schema, '/scout/name')).toBe('scout › Name');
});

it('a definition is found through its reference, and its own title wins', () => {
  const primary = schemaAt(APPEARANCE, '/colors/primary');
  expect(primary?.title).toBe('Primary');
  expect(primary?.['x-widget']).toBe('color');
  expect(schemaAt(APPEARANCE, '/nothing')).toBeNull();
});

it('values are said as a person chose them', () => {
  const say = (root: Schema, pointer: string, value: never) =>
    formatValue(root, schemaAt(root, pointer), value);
  expect(say(APPEARANCE, '/corner_radius', 12 as never)).toBe('12 px');
  expect(say(APPEARANCE, '/theme', 'auto' as never)).toBe('Automatic');
  expect(say(FORMS, '/business_email_only', true as never)).toBe('On');
  expect(say(FORMS, '/notify', [] as never)).toBe('None');
  expect(say(FORMS, '/consent_text', '' as never)).toBe('Empty');
  expect(say(FORMS, '/fields/0', { name: 'email', type: 'email', required: true } as never)).toBe(
    'Name in events: email · Type: E-mail · Required: On',
  );
});

it('a secret is never said', () => {
  const secret = schemaAt(FORMS, '/webhook_secret');
  expect(formatValue(FORMS, secret, 'hunter2')).toBe('••••••••');
  expect(formatValue(FORMS, secret, '')).toBe('Empty');
});

it('a new entry holds its defaults and what it needs', () => {
  const item = schemaAt(CTAS, '/items/0');
  expect(item && blankOf(CTAS, item)).toEqual({
    id: '',
    enabled: true,
    label: '',
    kind: 'link',
    new_tab: true,
    conditions: { min_messages: 2, min_interest_score: 1 },
  });
});
