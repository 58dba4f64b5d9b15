import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CLIENTS } from '@/data/keys';
import { askServerFor } from '@/data/server-api';
import { useBackend } from '@/lib/backend';

type Renamed = { name: string; was: string };

/** What staff may do; `path` and `body` are the server's. */
export type ClientChange =
  | { kind: 'create-organization'; name: string }
  | ({ kind: 'rename-organization'; id: string } & Renamed)
  | { kind: 'archive-organization'; id: string; archived: boolean }
  | {
      kind: 'create-domain';
      organization: string;
      site_domain: string;
      name: string;
      timezone: string;
    }
  | ({ kind: 'rename-domain'; domain: string } & Renamed)
  | { kind: 'archive-domain'; domain: string; archived: boolean }
  | { kind: 'change-timezone'; domain: string; timezone: string; was: string }
  | { kind: 'put-host'; domain: string; host: string; environment: string }
  | { kind: 'remove-host'; domain: string; host: string }
  | { kind: 'add-address'; domain: string; address: string; label: string }
  | { kind: 'remove-address'; domain: string; ip_hash: string }
  | { kind: 'mint-key'; domain: string; keyKind: 'public' | 'secret'; label: string }
  | { kind: 'label-key'; domain: string; id: string; label: string }
  | { kind: 'rotate-key'; domain: string; id: string; overlap_hours: number }
  | { kind: 'end-key'; domain: string; id: string };

type Request = { method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'; path: string; body?: unknown };

export function requestOf(change: ClientChange): Request {
  const organization = (id: string) => `organizations/${id}`;
  const domain = (name: string) => `domains/${encodeURIComponent(name)}`;
  switch (change.kind) {
    case 'create-organization':
      return { method: 'POST', path: 'organizations', body: { name: change.name } };
    case 'rename-organization':
      return {
        method: 'PATCH',
        path: organization(change.id),
        body: { name: change.name, was: change.was },
      };
    case 'archive-organization':
      return {
        method: 'POST',
        path: `${organization(change.id)}/${change.archived ? 'archive' : 'restore'}`,
      };
    case 'create-domain': {
      const { site_domain, name, timezone } = change;
      return {
        method: 'POST',
        path: `${organization(change.organization)}/domains`,
        body: { site_domain, name, timezone },
      };
    }
    case 'rename-domain':
      return {
        method: 'PATCH',
        path: domain(change.domain),
        body: { name: change.name, was: change.was },
      };
    case 'archive-domain':
      return {
        method: 'POST',
        path: `${domain(change.domain)}/${change.archived ? 'archive' : 'restore'}`,
      };
    case 'change-timezone':
      return {
        method: 'PUT',
        path: `${domain(change.domain)}/timezone`,
        body: { timezone: change.timezone, was: change.was },
      };
    case 'put-host':
      return {
        method: 'PUT',
        path: `${domain(change.domain)}/hosts`,
        body: { host: change.host, environment: change.environment },
      };
    case 'remove-host':
      return {
        method: 'DELETE',
        path: `${domain(change.domain)}/hosts/${encodeURIComponent(change.host)}`,
      };
    case 'add-address':
      return {
        method: 'POST',
        path: `${domain(change.domain)}/internal-addresses`,
        body: { address: change.address, label: change.label },
      };
    case 'remove-address':
      return {
        method: 'DELETE',
        path: `${domain(change.domain)}/internal-addresses/${change.ip_hash}`,
      };
    case 'mint-key':
      return {
        method: 'POST',
        path: `${domain(change.domain)}/keys`,
        body: { kind: change.keyKind, label: change.label },
      };
    case 'label-key':
      return {
        method: 'PATCH',
        path: `${domain(change.domain)}/keys/${change.id}`,
        body: { label: change.label },
      };
    case 'rotate-key':
      return {
        method: 'POST',
        path: `${domain(change.domain)}/keys/${change.id}/rotate`,
        body: { overlap_hours: change.overlap_hours },
      };
    case 'end-key':
      return { method: 'POST', path: `${domain(change.domain)}/keys/${change.id}/end` };
  }
}

/** Does one thing to clients; the lists and the domain switcher follow. */
export function useClientChange<Answer = unknown>() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (change: ClientChange) => {
      const { method, path, body } = requestOf(change);
      return askServerFor<Answer>(backend, method, `clients/v1/${path}`, body);
    },
    onSettled: (_answer, _error, { kind }) => {
      const followed = Promise.all(
        [[CLIENTS], ['domains'], ['widget-key']].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      );
      // A new key is shown at once: it is shown this once, whether or not the lists come.
      return kind === 'mint-key' || kind === 'rotate-key' ? undefined : followed;
    },
  });
}
