import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CRM } from '@/data/keys';
import { askServerFor } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';

export type CrmObject = 'contact' | 'company';
export type ConnectionState = 'connected' | 'paused' | 'revoked' | 'disconnected';
export type MappedField = { object: CrmObject; source: string; property: string };

export type Mapping = {
  version: number;
  fields: MappedField[];
  push_notes: boolean;
  push_companies: boolean;
};

export type Source = {
  object: CrmObject;
  name: string;
  label: string;
  kind: string;
  property: string | null;
};

export type Connection = {
  state: ConnectionState;
  reason: string | null;
  portal_id: number;
  portal_name: string;
  scopes: string[];
  connected_at: string;
  connected_by: string | null;
  changed_at: string;
  pushed_until: string | null;
};

/** HubSpot of a website: whether it can be used here, is connected, and what goes where. */
export type Integration = {
  configured: boolean;
  missing: string[];
  redirect_uri: string;
  app_url: string;
  scopes: { name: string; why: string; optional: boolean }[];
  connection: Connection | null;
  mapping: Mapping;
  default_mapping: Mapping;
  sources: Source[];
};

export const crmPath = (siteDomain: string) => `crm/v1/domains/${siteDomain}`;

function integrationQuery(backend: Backend, siteDomain: string) {
  return queryOptions({
    queryKey: [CRM, 'integration', siteDomain],
    queryFn: ({ signal }) =>
      askServerFor<Integration>(backend, 'GET', crmPath(siteDomain), undefined, signal),
  });
}

export function useIntegration(siteDomain: string) {
  return useQuery(integrationQuery(useBackend(), siteDomain));
}

/** Asks the server to do something with a website's HubSpot; everything shown of it is read anew. */
export function useIntegrationAct<Asked, Answer>(
  siteDomain: string,
  path: (asked: Asked) => { path: string; method?: 'POST' | 'PUT'; body?: unknown },
) {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (asked: Asked) => {
      const { path: rest, method = 'POST', body } = path(asked);
      return askServerFor<Answer>(backend, method, `${crmPath(siteDomain)}/${rest}`, body ?? {});
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: [CRM] }),
  });
}

/** Begins a connection and gives the address where to consent. */
export function useConnect(siteDomain: string) {
  return useIntegrationAct<void, { url: string }>(siteDomain, () => ({ path: 'connect' }));
}

export function usePause(siteDomain: string) {
  return useIntegrationAct<boolean, unknown>(siteDomain, (paused) => ({
    path: 'pause',
    body: { paused },
  }));
}

export function useDisconnect(siteDomain: string) {
  return useIntegrationAct<void, { revoked: boolean }>(siteDomain, () => ({ path: 'disconnect' }));
}

/** Ends a consent: what HubSpot gave the browser, for the website that is now connected. */
export function useFinishConnection() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (given: { state: string; code: string }) =>
      askServerFor<{ site_domain: string }>(backend, 'POST', 'crm/v1/hubspot/finish', given),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [CRM] }),
  });
}
