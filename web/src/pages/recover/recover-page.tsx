import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useRecovery } from '@/data/recovery';
import { useBackend } from '@/lib/backend';
import { Entrance } from '@/ui/entrance';
import { FormError } from '@/ui/form-error';
import { LandingNotice } from '@/ui/landing-notice';

export function RecoverPage() {
  const [email, setEmail] = useState('');
  const recovery = useRecovery();
  const { notice } = useBackend();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    recovery.mutate(email.trim());
  };

  const back = (
    <Anchor size="sm" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
      Back to the sign-in
    </Anchor>
  );
  if (recovery.isSuccess) {
    return (
      <Entrance
        title="Look into your mailbox"
        lead={`If ${recovery.variables} has an account, a link to choose a new password is on its way. It works once, and for an hour. Nothing there after a few minutes? Look into the spam folder, or ask again.`}
      >
        <Stack gap="md" align="flex-start">
          <Button variant="default" onClick={() => recovery.reset()}>
            Ask again
          </Button>
          {back}
        </Stack>
      </Entrance>
    );
  }
  return (
    <Entrance
      title="Forgotten password"
      lead="Tell us your e-mail address, and we send you a link to choose a new password."
    >
      <LandingNotice notice={recovery.isIdle ? notice : null} />
      <form onSubmit={submit}>
        <Stack gap="md">
          <FormError error={recovery.error} />
          <TextInput
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            size="md"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Button type="submit" size="md" loading={recovery.isPending} fullWidth>
            Send the link
          </Button>
          {back}
        </Stack>
      </form>
    </Entrance>
  );
}
