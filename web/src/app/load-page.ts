import { Problem } from '@/lib/errors';

/**
 * Fetches the code of a page when it is first opened. When that fails, the browser's error names a
 * file; what a person can act on is that the server did not answer.
 */
export function loadPage<Page>(load: () => Promise<Page>): () => Promise<Page> {
  return () =>
    load().catch(() => {
      throw new Problem('unreachable', 'A part of the application could not be loaded.', 0);
    });
}
