import type { ErrorComponentProps } from '@tanstack/react-router';
import { loadConfig } from '@/lib/config';
import { ErrorState } from '@/ui/error-state';

/**
 * A page that failed to load or to render. Trying again loads everything anew, as a new build has other
 * files, and the address holds the view; but only once the server answers, lest the browser's own error
 * take the page's place.
 */
export function PageError({ error }: ErrorComponentProps) {
  const retry = () =>
    loadConfig().then(
      () => window.location.reload(),
      () => undefined,
    );
  return <ErrorState error={error} onRetry={() => void retry()} />;
}
