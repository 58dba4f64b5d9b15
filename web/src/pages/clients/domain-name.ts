/** What a pasted address becomes, for a preview; the server decides, and says why not. */
export function previewDomain(typed: string): string | null {
  const bare = typed.trim();
  if (bare === '') return null;
  try {
    const { hostname } = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(bare) ? bare : `https://${bare}`);
    const host = hostname.replace(/\.$/, '').replace(/^www\./, '');
    return host.includes('.') ? host : null;
  } catch {
    return null;
  }
}

/** A name to begin with: the domain's first part, as one would write it. */
export function suggestName(domain: string | null): string {
  const first = domain?.split('.')[0] ?? '';
  if (first.startsWith('xn--')) return '';
  return first
    .split('-')
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
