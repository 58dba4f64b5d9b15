import { Button, Stack, TextInput } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { usePassword } from '@/data/password';
import { Entrance } from '@/ui/entrance';
import { FormError } from '@/ui/form-error';
import { NewPasswordInput } from '@/ui/new-password-input';
import { UsernameField } from '@/ui/username-field';

const route = getRouteApi('/accept-invitation');

export function AcceptInvitationPage() {
  const { email, fullName } = route.useRouteContext();
  const router = useRouter();
  const [name, setName] = useState(fullName);
  const [password, setPassword] = useState('');
  const accept = usePassword();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate(
      { password, fullName: name.trim() },
      { onSuccess: () => router.history.replace('/') },
    );
  };

  return (
    <Entrance
      title="Welcome"
      lead={`You sign in as ${email}. Tell us your name, and choose your password.`}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <FormError error={accept.error} />
          <TextInput
            label="Your name"
            name="name"
            autoComplete="name"
            size="md"
            maxLength={100}
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <UsernameField email={email} />
          <NewPasswordInput value={password} onChange={setPassword} />
          <Button type="submit" size="md" loading={accept.isPending} fullWidth>
            Accept the invitation
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
