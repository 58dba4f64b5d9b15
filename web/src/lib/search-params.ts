type Value = string | number | boolean | readonly string[] | undefined | null;

/** Reads a query string as plain text: `?q=123` is the text 123. The routes check and convert. */
export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

// The same view has the same address, whichever way one came to it.
const FIRST = ['domain', 'from', 'to'];

function byPlace([a]: [string, unknown], [b]: [string, unknown]): number {
  const place = (key: string) => FIRST.indexOf(key) + 1 || FIRST.length + 1;
  return place(a) - place(b) || a.localeCompare(b);
}

/** Writes search parameters as a person would: lists joined by commas, nothing for what is not set. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parts = Object.entries(search as Record<string, Value>)
    .sort(byPlace)
    .flatMap(([key, value]) => {
      const text = Array.isArray(value) ? value.join(',') : value == null ? '' : String(value);
      if (text === '') return [];
      return [`${encodeURIComponent(key)}=${encodeURIComponent(text).replaceAll('%2C', ',')}`];
    });
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}
