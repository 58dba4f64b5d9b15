import type { UrlRules } from './types';

/** Whether an address is shown something, and the pattern that decided; none decided by default. */
export interface UrlVerdict {
  shown: boolean;
  by?: { list: 'include' | 'exclude'; pattern: string };
}

/** What the rules say of an address. An exclusion is stronger than an inclusion. */
export function judgeUrl(rules: Partial<UrlRules> | undefined, address: string): UrlVerdict {
  const url = parseAddress(address);
  const excluded = url && rules?.exclude?.find((pattern) => matchesPattern(pattern, url));
  if (excluded !== undefined) return { shown: false, by: { list: 'exclude', pattern: excluded } };
  if (!rules?.include?.length) return { shown: url !== undefined };
  const included = url && rules.include.find((pattern) => matchesPattern(pattern, url));
  if (included === undefined) return { shown: false };
  return { shown: true, by: { list: 'include', pattern: included } };
}

/** The address, or undefined when it is none. */
export function parseAddress(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/**
 * Whether a glob matches an address: `*` is any run of characters, everything else stands for itself.
 * A pattern that begins with `/` or `*` is compared with the path, any other with host and path;
 * one without a path is the whole host. The query counts only for a pattern that has a `?`, the
 * fragment never; a slash at the end never matters.
 */
export function matchesPattern(pattern: string, url: URL): boolean {
  const { host, path } = splitPattern(pattern.trim());
  if (!path) return false;
  if (host !== undefined) {
    const actual = /:\d*$/.test(host) ? url.host : url.hostname;
    if (!matchesGlob(host.toLowerCase(), actual)) return false;
  }
  const wanted = readable(path);
  if (path.includes('?')) return matchesGlob(wanted, readable(url.pathname + url.search));
  const actual = readable(url.pathname);
  return matchesGlob(wanted, actual) || matchesGlob(withoutSlash(wanted), withoutSlash(actual));
}

function splitPattern(pattern: string): { host?: string; path: string } {
  const bare = pattern.replace(/^https?:\/\//i, '');
  const slash = bare.indexOf('/');
  const head = slash < 0 ? bare : bare.slice(0, slash);
  // `*.example.com/…` names a host, `*/pricing` and `*pricing` do not.
  const isPath = head === '' || (head.startsWith('*') && (slash < 0 || !head.includes('.')));
  if (isPath) return { path: bare };
  return { host: head, path: slash < 0 ? '*' : bare.slice(slash) };
}

/**
 * A glob against a text, without backtracking: what stands between two stars is taken where it is
 * first found, since a later place could only leave less text for the rest.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const first = parts.shift() ?? '';
  const last = parts.pop();
  if (last === undefined) return text === glob;
  if (!text.startsWith(first)) return false;
  let place = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, place);
    if (found < 0) return false;
    place = found + part.length;
  }
  return text.length - last.length >= place && text.endsWith(last);
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Letters instead of their percent codes, so that a pattern may be written either way. */
function readable(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
