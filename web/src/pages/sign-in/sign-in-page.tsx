import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { needsSecondFactor, useSecondFactor } from '@/data/second-factor';
import { signOut } from '@/data/session';
import { useSignIn } from '@/data/sign-in';
import { useBackend } from '@/lib/backend';
import { safeNext } from '@/lib/next-path';
import { CurrentPasswordInput } from '@/ui/current-password-input';
import { Entrance } from '@/ui/entrance';
import { FormError } from '@/ui/form-error';
import { LandingNotice } from '@/ui/landing-notice';
import { SecondFactorForm } from '@/ui/second-factor-form';
import { DemoLogins } from './demo-logins';
import { OtherServices } from './other-services';
import { SignInArt } from './sign-in-art';
import { signInError } from './sign-in-error';

const route = getRouteApi('/sign-in');

const WELCOME = 'See what Rose does on your websites.';
const CONTINUE = 'Sign in to continue where you were.';
const ASKS_CODE = 'Enter the code your authenticator app shows for this account.';

export function SignInPage() {
  const backend = useBackend();
  const { config, notice } = backend;
  const { awaitsCode } = route.useRouteContext();
  const { next } = route.useSearch();
  const router = useRouter();
  const signIn = useSignIn();
  const prove = useSecondFactor();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [asksCode, setAsksCode] = useState(awaitsCode);
  const enter = () => router.history.replace(safeNext(next));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { email: email.trim(), password },
      { onSuccess: (session) => (needsSecondFactor(session) ? setAsksCode(true) : enter()) },
    );
  };

  return (
    <Entrance
      title={asksCode ? 'Confirm that it is you' : 'Sign in'}
      lead={asksCode ? ASKS_CODE : next ? CONTINUE : WELCOME}
      aside={<SignInArt />}
    >
      {asksCode ? (
        <SecondFactorForm
          pending={prove.isPending}
          error={prove.error}
          onCode={(code) => prove.mutate(code, { onSuccess: enter })}
          onLeave={() => void signOut(backend).finally(() => setAsksCode(false))}
        />
      ) : (
        <>
          <LandingNotice notice={signIn.isIdle ? notice : null} />
          <form onSubmit={submit}>
            <Stack gap="md">
              <FormError error={signIn.error} say={signInError} />
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
              <CurrentPasswordInput label="Password" value={password} onChange={setPassword} />
              <Button type="submit" size="md" loading={signIn.isPending} fullWidth>
                Sign in
              </Button>
              <Anchor size="sm" renderRoot={(props) => <Link to="/recover" {...props} />}>
                Forgotten password?
              </Anchor>
            </Stack>
          </form>
          <OtherServices next={safeNext(next)} />
          {config.demo && (
            <DemoLogins
              onPick={(login) => {
                setEmail(login.email);
                setPassword(login.password);
              }}
            />
          )}
        </>
      )}
    </Entrance>
  );
}
