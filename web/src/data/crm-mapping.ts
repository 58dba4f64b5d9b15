import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { type CrmObject, crmPath, type Mapping, useIntegrationAct } from '@/data/integration';
import { CRM } from '@/data/keys';
import { askServerFor } from '@/data/server-api';
import { type Backend, useBackend } from '@/lib/backend';
import type { FieldError } from '@/lib/schema-errors';

export type CrmProperty = { name: string; label: string; type: string };
export type Preview = {
  examples: Partial<Record<CrmObject, { label: string; properties: Record<string, string> }>>;
  errors: FieldError[];
};

export function useSaveMapping(siteDomain: string) {
  return useIntegrationAct<Mapping, Mapping>(siteDomain, (body) => ({
    path: 'mapping',
    method: 'PUT',
    body,
  }));
}

function previewQuery(backend: Backend, siteDomain: string, mapping: Mapping) {
  return queryOptions({
    queryKey: [CRM, 'preview', siteDomain, mapping],
    queryFn: ({ signal }) =>
      askServerFor<Preview>(
        backend,
        'POST',
        `${crmPath(siteDomain)}/mapping/preview`,
        mapping,
        signal,
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** What a mapping makes of a real contact and a real company. */
export function usePreview(siteDomain: string, mapping: Mapping) {
  return useQuery(previewQuery(useBackend(), siteDomain, mapping));
}

function propertiesQuery(backend: Backend, siteDomain: string) {
  return queryOptions({
    queryKey: [CRM, 'properties', siteDomain],
    queryFn: ({ signal }) =>
      askServerFor<Record<CrmObject, CrmProperty[]>>(
        backend,
        'GET',
        `${crmPath(siteDomain)}/properties`,
        undefined,
        signal,
      ),
    staleTime: 5 * 60_000,
    retry: false,
  });
}

/** HubSpot's properties that can be written. */
export function useProperties(siteDomain: string, enabled: boolean) {
  return useQuery({ ...propertiesQuery(useBackend(), siteDomain), enabled });
}
