import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useSignIn } from '@/data/sign-in';
import { useBackend } from '@/lib/backend';
import { safeNext } from '@/lib/next-path';
import { Logo } from '@/ui/logo';
import { DemoLogins } from './demo-logins';
import { SignInArt } from './sign-in-art';
import { signInError } from './sign-in-error';
import classes from './sign-in-page.module.css';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { config } = useBackend();
  const { next } = route.useSearch();
  const router = useRouter();
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const alert = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (signIn.isError) alert.current?.focus();
  }, [signIn.isError]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { email: email.trim(), password },
      { onSuccess: () => router.history.replace(safeNext(next)) },
    );
  };

  return (
    <div className={classes.page}>
      <title>Sign in · Client Backoffice</title>
      <main className={classes.form}>
        <div className={classes.brand}>
          <Logo size={32} />
          Client Backoffice
        </div>
        <h1 className={classes.title}>Sign in</h1>
        <p className={classes.lead}>
          {next ? 'Sign in to continue where you were.' : 'See what Rose does on your websites.'}
        </p>
        <form onSubmit={submit}>
          <Stack gap="md">
            {signIn.isError && (
              <Alert
                ref={alert}
                tabIndex={-1}
                role="alert"
                color="red"
                icon={<IconAlertCircle size={18} aria-hidden />}
              >
                {signInError(signIn.error)}
              </Alert>
            )}
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
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              size="md"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{
                'aria-label': 'Show or hide the password',
                tabIndex: 0,
              }}
            />
            <Button type="submit" size="md" loading={signIn.isPending} fullWidth>
              Sign in
            </Button>
          </Stack>
        </form>
        {config.demo && (
          <DemoLogins
            onPick={(login) => {
              setEmail(login.email);
              setPassword(login.password);
            }}
          />
        )}
      </main>
      <aside className={classes.aside}>
        <SignInArt />
      </aside>
    </div>
  );
}
