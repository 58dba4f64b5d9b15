import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { unwrapAuth } from '@/data/auth-problem';
import { type Backend, useBackend } from '@/lib/backend';

const KEY = ['account'];

async function fetchAccount({ client }: Backend) {
  const { user } = unwrapAuth(await client.auth.getUser());
  return {
    email: user.email ?? '',
    newEmail: user.new_email ?? null,
    factors: (user.factors ?? []).filter((factor) => factor.status === 'verified'),
  };
}

function accountQuery(backend: Backend) {
  return queryOptions({ queryKey: KEY, queryFn: () => fetchAccount(backend) });
}

/** What the auth server knows of the signed-in person. */
export function useAccount() {
  return useQuery(accountQuery(useBackend()));
}

export function useEmailChange() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (email: string) => {
      const emailRedirectTo = `${window.location.origin}/account`;
      unwrapAuth(await client.auth.updateUser({ email }, { emailRedirectTo }));
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

/** Asks for a code by e-mail, where the server wants one before a password changes. */
export function useReauthentication() {
  const { client } = useBackend();
  return useMutation({
    mutationFn: async () => void unwrapAuth(await client.auth.reauthenticate()),
  });
}

/** A secret for an authenticator app, which protects nothing until it is proved. */
export function useEnrolment() {
  const { client } = useBackend();
  return useMutation({
    mutationFn: async () => {
      const friendlyName = `App of ${new Date().toISOString().slice(0, 19).replace('T', ' ')}`;
      const params = { factorType: 'totp' as const, friendlyName };
      const { id, totp } = unwrapAuth(await client.auth.mfa.enroll(params));
      return { id, secret: totp.secret, picture: totp.qr_code };
    },
  });
}

type Proof = { factorId: string; code: string };

/** The first code of an app: from now on every sign-in asks for one. */
export function useEnrolmentProof() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (proof: Proof) => {
      unwrapAuth(await client.auth.mfa.challengeAndVerify(proof));
    },
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: KEY }),
        queryClient.invalidateQueries({ queryKey: ['my-sessions'] }),
        queryClient.invalidateQueries({ queryKey: ['access'] }),
      ]),
  });
}

export function useUnenrolment() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (factorId: string) => {
      unwrapAuth(await client.auth.mfa.unenroll({ factorId }));
      // What the session proved with the app, it no longer does.
      unwrapAuth(await client.auth.refreshSession());
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
