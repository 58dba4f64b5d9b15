import { h } from '@widget/dom';
import type { FormField } from './settings';
import type { Strings } from './strings';

export interface FormLook {
  title: string;
  fields: FormField[];
  submit: string;
  consent?: string;
}

export type Values = Record<string, string | boolean>;

const INPUT_TYPES: Record<string, string> = { email: 'email', phone: 'tel', number: 'number' };
const AUTOCOMPLETE: Record<string, string> = {
  email: 'email',
  phone: 'tel',
  first_name: 'given-name',
  last_name: 'family-name',
  name: 'name',
  company: 'organization',
};
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
let forms = 0;

/** A form inside the chat. `send` gets what was filled in once it is complete. */
export function drawForm(
  look: FormLook,
  strings: Strings,
  send: (values: Values, form: HTMLFormElement) => void,
): HTMLFormElement {
  forms += 1;
  const fields = look.consent
    ? [
        ...look.fields,
        { name: 'consent', label: look.consent, type: 'checkbox', required: true, options: [] },
      ]
    : look.fields;
  const drawn = fields.map((field, place) => drawField(field, `rose-f${forms}-${place}`));
  const form = h(
    'form',
    { class: 'form', novalidate: true, 'aria-label': look.title },
    h('strong', {}, look.title),
    ...drawn.map(({ row }) => row),
    h('button', { class: 'primary', type: 'submit' }, look.submit),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wrong = drawn.filter(({ field, input, error }) => {
      const problem = problemOf(field, input, strings);
      error.textContent = problem ?? '';
      input.setAttribute('aria-invalid', String(problem !== undefined));
      return problem !== undefined;
    });
    if (wrong[0]) wrong[0].input.focus();
    else
      send(
        Object.fromEntries(drawn.map(({ field, input }) => [field.name, filledIn(input)])),
        form,
      );
  });
  return form;
}

type Input = HTMLInputElement | HTMLSelectElement;

function drawField(field: FormField, id: string) {
  const common = {
    id,
    name: field.name,
    'aria-describedby': `${id}-e`,
    'aria-required': field.required,
  };
  const error = h('span', { class: 'error', id: `${id}-e` });
  const label = h('label', { for: id }, field.label, field.required && ' *');
  if (field.type === 'checkbox') {
    const input = h('input', { ...common, type: 'checkbox' });
    return {
      field,
      input: input as Input,
      error,
      row: h('p', { class: 'check' }, input, label, error),
    };
  }
  const input: Input =
    field.type === 'choice'
      ? h(
          'select',
          common,
          h('option', { value: '' }),
          ...field.options.map((each) => h('option', {}, each)),
        )
      : h('input', {
          ...common,
          type: INPUT_TYPES[field.type] ?? 'text',
          autocomplete: AUTOCOMPLETE[field.name] ?? AUTOCOMPLETE[field.type] ?? 'on',
          maxlength: 300,
        });
  return { field, input, error, row: h('p', {}, label, input, error) };
}

function filledIn(input: Input): string | boolean {
  return input.type === 'checkbox' ? (input as HTMLInputElement).checked : input.value.trim();
}

function problemOf(field: FormField, input: Input, strings: Strings): string | undefined {
  const value = filledIn(input);
  if (field.required && !value) return strings.required;
  if (field.type === 'email' && value && !EMAIL.test(String(value))) return strings.badEmail;
  return undefined;
}
