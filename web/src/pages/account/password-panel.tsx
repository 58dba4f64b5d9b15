import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useReauthentication } from '@/data/account';
import { usePassword } from '@/data/password';
import { toProblem } from '@/lib/errors';
import { CodeInput } from '@/ui/code-input';
import { CurrentPasswordInput } from '@/ui/current-password-input';
import { FormError } from '@/ui/form-error';
import { NewPasswordInput } from '@/ui/new-password-input';
import { Panel } from '@/ui/panel';
import { UsernameField } from '@/ui/username-field';
import classes from './account-page.module.css';

type PasswordPanelProps = { email: string };

export function PasswordPanel({ email }: PasswordPanelProps) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [nonce, setNonce] = useState('');
  const change = usePassword();
  const ask = useReauthentication();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { password, currentPassword: current, nonce: nonce || undefined },
      {
        onSuccess: () => {
          setCurrent('');
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
        <FormError error={error} />
        <UsernameField email={email} />
        <CurrentPasswordInput label="Current password" value={current} onChange={setCurrent} />
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
