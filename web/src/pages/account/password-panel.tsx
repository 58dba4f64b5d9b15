import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useReauthentication } from '@/data/account';
import { usePassword } from '@/data/password';
import { toProblem } from '@/lib/errors';
import { authError } from '@/ui/auth-error';
import { CodeInput } from '@/ui/code-input';
import { FormError } from '@/ui/form-error';
import { NewPasswordInput } from '@/ui/new-password-input';
import { Panel } from '@/ui/panel';
import classes from './account-page.module.css';

export function PasswordPanel() {
  const [password, setPassword] = useState('');
  const [nonce, setNonce] = useState('');
  const change = usePassword();
  const ask = useReauthentication();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { password, nonce: nonce || undefined },
      {
        onSuccess: () => {
          setPassword('');
          setNonce('');
          ask.reset();
          notifications.show({
            color: 'green',
            title: 'Your password is changed',
            message: 'Everywhere else you are signed out.',
          });
        },
        onError: (error) => {
          if (toProblem(error).code === 'reauthentication_needed') ask.mutate();
        },
      },
    );
  };
  const error = ask.error ?? change.error;

  return (
    <Panel title="Password">
      <form onSubmit={submit} className={classes.form}>
        <FormError message={error ? authError(error) : null} />
        <NewPasswordInput value={password} onChange={setPassword} />
        {!ask.isIdle && (
          <CodeInput label="Code from the e-mail" value={nonce} onChange={setNonce} />
        )}
        <Button type="submit" loading={change.isPending || ask.isPending}>
          Change the password
        </Button>
      </form>
    </Panel>
  );
}
