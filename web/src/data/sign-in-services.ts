import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { type Backend, useBackend } from '@/lib/backend';
import { Problem, toProblem } from '@/lib/errors';
import { fetchWithRequestId } from '@/lib/request-id';

/** Other services the server may let people sign in at, in the order they are offered. */
export const SERVICES = {
  google: 'Google',
  azure: 'Microsoft',
  github: 'GitHub',
  gitlab: 'GitLab',
  linkedin_oidc: 'LinkedIn',
  keycloak: 'single sign-on',
} as const;

export type Service = keyof typeof SERVICES;

async function fetchServices({ config }: Backend, signal: AbortSignal): Promise<Service[]> {
  const address = `${config.supabaseUrl}/auth/v1/settings`;
  const headers = { apikey: config.supabaseAnonKey };
  const answer = await fetchWithRequestId(address, { headers, signal });
  if (!answer.ok) throw new Problem('server', 'The settings could not be read.', answer.status);
  const { external } = (await answer.json()) as { external?: Record<string, boolean> };
  return (Object.keys(SERVICES) as Service[]).filter((service) => external?.[service] === true);
}

export function signInServicesQuery(backend: Backend) {
  return queryOptions({
    queryKey: ['sign-in-services'],
    queryFn: ({ signal }) => fetchServices(backend, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** The services one can sign in at; none while they are not known: the password form works without. */
export function useSignInServices(): Service[] {
  return useQuery(signInServicesQuery(useBackend())).data ?? [];
}

/** Leaves for the service, which sends the browser back to `next`. */
export function useSignInAt(next: string) {
  const { client } = useBackend();
  return useMutation({
    mutationFn: async (service: Service) => {
      const options = { redirectTo: new URL(next, window.location.origin).href };
      const { error } = await client.auth.signInWithOAuth({ provider: service, options });
      if (error) throw toProblem(error);
    },
  });
}
