import type { Json } from '@/lib/database.types';
import { formatCountry } from '@/lib/format';

const FIELDS: Record<string, string> = {
  domain: 'Company’s domain',
  company: 'Company',
  name: 'Name',
  industry: 'Industry',
  size: 'Size',
  country: 'Country',
  website: 'Website',
  description: 'Description',
};

const SOURCES: Record<string, string> = {
  address: 'Colleagues at the same address',
  reveal: 'The page',
  email: 'E-mail domain',
  directory: 'Directory of companies',
  snitcher: 'Snitcher',
  enrich_so: 'Enrich.so',
};

/** A field's name as a person reads it. */
export function fieldLabel(field: string): string {
  return FIELDS[field] ?? field;
}

/** A value as a person reads it: a country by its name. */
export function valueLabel(field: string, value: string): string {
  return field === 'country' ? formatCountry(value) : value;
}

/** Who gave an answer. */
export function sourceLabel(source: string): string {
  return SOURCES[source] ?? source;
}

/** What a row of a timeline found, `{"industry": {"value": "Retail", …}}`, in words. */
export function foundText(details: Json): string {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return '';
  return Object.entries(details)
    .flatMap(([field, answer]) => {
      if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return [];
      const { value, previous_value: previous } = answer;
      if (typeof value !== 'string') return [];
      const before =
        typeof previous === 'string' ? ` (before: ${valueLabel(field, previous)})` : '';
      return [`${fieldLabel(field)}: ${valueLabel(field, value)}${before}`];
    })
    .join(' · ');
}
