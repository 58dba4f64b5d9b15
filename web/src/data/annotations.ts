import { queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['get_annotations']['Returns'][number];
export type Annotation = Nullable<Row, 'actor_label'>;

async function fetchAnnotations({ client }: Backend, scope: Scope, signal: AbortSignal) {
  const rows: Annotation[] = unwrap(
    await client
      .rpc('get_annotations', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function annotationsQuery(backend: Backend, scope: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, 'annotations', scope.siteDomains, scope.from, scope.to],
    queryFn: ({ signal }) => fetchAnnotations(backend, scope, signal),
  });
}

/** Changes of the range that could have changed figures: what, when and by whom. */
export function useAnnotations(scope: Scope) {
  return useQuery(annotationsQuery(useBackend(), scope));
}
