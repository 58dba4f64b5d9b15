import type { TopValue } from '@/data/top-values';

type Option = { value: string; label: string };

/** The values seen in the range, and the one in the URL even when it was not seen. */
export function valueOptions(
  rows: TopValue[] | undefined,
  current: string | undefined,
  label: (value: string) => string,
): Option[] {
  const seen = (rows ?? []).flatMap((row) => (row.value ? [row.value] : []));
  const values = current && !seen.includes(current) ? [current, ...seen] : seen;
  return values.map((value) => ({ value, label: label(value) }));
}
