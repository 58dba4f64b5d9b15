import { queryOptions, useQuery } from '@tanstack/react-query';
import type { CrmObject } from '@/data/integration';
import { CRM } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

async function fetchValues(
  { client }: Backend,
  siteDomain: string,
  object: CrmObject,
  id: string,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .from('crm_values')
      .select('owner,lifecycle_stage,deal_name,deal_stage,record_url,fetched_at')
      .eq('site_domain', siteDomain)
      .eq('object', object)
      .eq('local_id', id)
      .abortSignal(signal)
      .maybeSingle(),
  );
}

function valuesQuery(backend: Backend, siteDomain: string, object: CrmObject, id: string) {
  return queryOptions({
    queryKey: [CRM, 'values', siteDomain, object, id],
    queryFn: ({ signal }) => fetchValues(backend, siteDomain, object, id, signal),
  });
}

/** What HubSpot says of a visitor or an account; null when it knows nothing of it. */
export function useCrmValues(siteDomain: string, object: CrmObject, id: string) {
  return useQuery(valuesQuery(useBackend(), siteDomain, object, id));
}
