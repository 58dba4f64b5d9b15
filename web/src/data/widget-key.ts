import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export function widgetKeyQuery(backend: Backend, siteDomain: string) {
  return queryOptions({
    queryKey: ['widget-key', siteDomain],
    queryFn: async ({ signal }): Promise<string | null> =>
      unwrap(
        await backend.client
          .rpc('get_widget_key', { p_site_domain: siteDomain })
          .abortSignal(signal),
      ),
  });
}

/** The public key a website's pages load the widget with; null when it has none. */
export function useWidgetKey(siteDomain: string) {
  return useQuery(widgetKeyQuery(useBackend(), siteDomain));
}
