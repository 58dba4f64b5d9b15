import type { TopValue } from '@/data/top-values';
import { NOTHING } from '@/lib/filters';

type Option = { value: string; label: string };

/** The values seen in the range, and the one in the URL even when it was not seen. */
export function valueOptions(
  rows: TopValue[] | undefined,
  current: string | undefined,
  label: (value: string) => string,
): Option[] {
  const seen = (rows ?? []).map((row) => row.value || NOTHING);
  const values = current && !seen.includes(current) ? [current, ...seen] : seen;
  return values.map((value) => ({ value, label: label(value === NOTHING ? '' : value) }));
}
