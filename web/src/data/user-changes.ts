import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { askServerFor } from '@/data/server-api';
import { USERS } from '@/data/users';
import { useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type Invitation = { email: string; full_name: string; role: string; domains: string[] };
export type UserChange = { full_name?: string; role?: string; mfa_required?: boolean };
export type Assignment = { user_ids: string[]; add: string[]; remove: string[] };
/** What is done to one person without more to say. */
export type UserAct =
  | 'disable'
  | 'enable'
  | 'delete'
  | 'sign-out'
  | 'remove-second-factor'
  | 'reset-password'
  | 'invite-again'
  | 'revoke';

type Request = { method: 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown };

function requestOf(act: UserAct, id: string): Request {
  const one = `users/v1/users/${id}`;
  switch (act) {
    case 'disable':
      return { method: 'PUT', path: `${one}/disabled`, body: { disabled: true } };
    case 'enable':
      return { method: 'PUT', path: `${one}/disabled`, body: { disabled: false } };
    case 'delete':
      return { method: 'DELETE', path: one };
    case 'sign-out':
      return { method: 'DELETE', path: `${one}/sessions` };
    case 'remove-second-factor':
      return { method: 'DELETE', path: `${one}/second-factor` };
    case 'reset-password':
      return { method: 'POST', path: `${one}/password-reset` };
    case 'invite-again':
      return { method: 'POST', path: `${one}/invitation` };
    case 'revoke':
      return { method: 'DELETE', path: `${one}/invitation` };
  }
}

/** A mutation after which everything known of people is asked for anew. */
function useUserMutation<Given, Answer>(ask: (given: Given) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ask,
    // An e-mail that could not be sent leaves somebody invited all the same.
    onSettled: () => queryClient.invalidateQueries({ queryKey: [USERS] }),
  });
}

export function useInvite() {
  const backend = useBackend();
  return useUserMutation((invitation: Invitation) =>
    askServerFor<{ id: string }>(backend, 'POST', 'users/v1/invitations', invitation),
  );
}

export function useChangeUser(id: string) {
  const backend = useBackend();
  return useUserMutation((change: UserChange) =>
    askServerFor<unknown>(backend, 'PATCH', `users/v1/users/${id}`, change),
  );
}

export function useAssignDomains() {
  const backend = useBackend();
  return useUserMutation((assignment: Assignment) =>
    askServerFor<{ changed: number }>(backend, 'POST', 'users/v1/domains', assignment),
  );
}

export function useUserAct() {
  const backend = useBackend();
  return useUserMutation(({ act, id }: { act: UserAct; id: string }) => {
    const { method, path, body } = requestOf(act, id);
    return askServerFor<unknown>(backend, method, path, body);
  });
}

/** What holds for many people at once; for staff. */
export function useAccessSettings() {
  const { client } = useBackend();
  return useQuery({
    queryKey: [USERS, 'settings'],
    queryFn: async ({ signal }) =>
      unwrap(await client.rpc('get_access_settings').abortSignal(signal))[0] ?? null,
  });
}

export function useSaveAccessSettings() {
  const backend = useBackend();
  return useUserMutation((settings: { admins_need_second_factor: boolean }) =>
    askServerFor<undefined>(backend, 'PUT', 'users/v1/settings', settings),
  );
}
