type Option = { value: string; label: string };

/** The values a filter offers, and the one in the address even when it is not among them. */
export function withCurrent(
  values: string[],
  current: string | undefined,
  label: (value: string) => string = (value) => value,
): Option[] {
  const all = current && !values.includes(current) ? [current, ...values] : values;
  return all.map((value) => ({ value, label: label(value) }));
}
