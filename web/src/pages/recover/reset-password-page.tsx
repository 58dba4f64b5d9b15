import { Button, Stack } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { usePassword } from '@/data/password';
import { useSecondFactor } from '@/data/second-factor';
import { signOut } from '@/data/session';
import { useBackend } from '@/lib/backend';
import { Entrance } from '@/ui/entrance';
import { FormError } from '@/ui/form-error';
import { NewPasswordInput } from '@/ui/new-password-input';
import { SecondFactorForm } from '@/ui/second-factor-form';
import { UsernameField } from '@/ui/username-field';

const route = getRouteApi('/reset-password');

export function ResetPasswordPage() {
  const { awaitsCode, email } = route.useRouteContext();
  const backend = useBackend();
  const router = useRouter();
  const [password, setPassword] = useState('');
  const change = usePassword();
  const prove = useSecondFactor();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ password }, { onSuccess: () => router.history.replace('/') });
  };

  if (awaitsCode) {
    return (
      <Entrance title="Confirm that it is you" lead="Your account is protected by a second factor.">
        <SecondFactorForm
          pending={prove.isPending}
          error={prove.error}
          onCode={(code) => prove.mutate(code, { onSuccess: () => void router.invalidate() })}
          onLeave={() => void signOut(backend).finally(() => router.navigate({ to: '/sign-in' }))}
        />
      </Entrance>
    );
  }
  return (
    <Entrance
      title="Choose a new password"
      lead={`For ${email}. Everywhere else you are signed in, you will be signed out.`}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <FormError error={change.error} />
          <UsernameField email={email} />
          <NewPasswordInput value={password} onChange={setPassword} />
          <Button type="submit" size="md" loading={change.isPending} fullWidth>
            Save and continue
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
