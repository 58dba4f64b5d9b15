import { luminance } from '@mantine/core';
import type { SectionColors } from '@/lib/section-content';

export type Contrast = {
  label: string;
  ratio: number;
  /** What WCAG 2.2 AA asks for: 4.5 of text, 3 of the parts of controls. */
  needed: number;
};

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

export function isColor(value: string): boolean {
  return HEX.test(value);
}

/** The contrast of two colours by WCAG 2.2: 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The contrasts a section's colours make, of those that are colours. */
export function contrastsOf(colors: SectionColors): Contrast[] {
  const pairs = [
    { label: 'Text on the background', one: colors.text, other: colors.background, needed: 4.5 },
    { label: 'Text on the accent', one: colors.accent_text, other: colors.accent, needed: 4.5 },
    { label: 'Accent on the background', one: colors.accent, other: colors.background, needed: 3 },
  ];
  return pairs
    .filter(({ one, other }) => isColor(one) && isColor(other))
    .map(({ label, one, other, needed }) => ({ label, ratio: contrastOf(one, other), needed }));
}
