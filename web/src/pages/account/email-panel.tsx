import { Alert, Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useEmailChange } from '@/data/account';
import { FormError } from '@/ui/form-error';
import { Panel } from '@/ui/panel';
import classes from './account-page.module.css';

type EmailPanelProps = { email: string; newEmail: string | null };

export function EmailPanel({ email, newEmail }: EmailPanelProps) {
  const [wanted, setWanted] = useState('');
  const change = useEmailChange();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(wanted.trim(), { onSuccess: () => setWanted('') });
  };

  return (
    <Panel title="E-mail address">
      <p className={classes.text}>
        You sign in as <strong>{email}</strong>. A new address holds once you open the links we send
        to both.
      </p>
      {newEmail && (
        <Alert role="status" color="yellow" mb="md">
          Waiting for {newEmail} to be confirmed.
        </Alert>
      )}
      <form onSubmit={submit} className={classes.form}>
        <FormError error={change.error} />
        <TextInput
          label="New e-mail address"
          type="email"
          name="new-email"
          autoComplete="email"
          size="md"
          required
          withAsterisk={false}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={change.isPending}>
          Change the address
        </Button>
      </form>
    </Panel>
  );
}
