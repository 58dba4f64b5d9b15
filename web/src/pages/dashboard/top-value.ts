import type { Dimension } from '@/lib/filters';
import { formatCountry } from '@/lib/format';

const UNKNOWN: Record<Dimension, string> = {
  page: 'Unknown page',
  country: 'Unknown country',
  device: 'Unknown device',
  referrer: 'Direct',
};

const DEVICES: Record<string, string> = {
  desktop: 'Desktop',
  mobile: 'Phone',
  tablet: 'Tablet',
};

export function topValueLabel(
  dimension: Dimension,
  value: string,
): { text: string; known: boolean } {
  if (value === '') return { text: UNKNOWN[dimension], known: false };
  if (dimension === 'country') return { text: formatCountry(value), known: true };
  if (dimension === 'device') return { text: DEVICES[value] ?? value, known: true };
  return { text: value, known: true };
}
