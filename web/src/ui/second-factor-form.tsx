import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CodeInput } from '@/ui/code-input';
import { FormError } from '@/ui/form-error';
import classes from './second-factor-form.module.css';

type SecondFactorFormProps = {
  pending: boolean;
  error: unknown;
  onCode: (code: string) => void;
  onLeave: () => void;
};

/** Asks for the code of the authenticator app. */
export function SecondFactorForm({ pending, error, onCode, onLeave }: SecondFactorFormProps) {
  const [code, setCode] = useState('');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setCode('');
    onCode(code);
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FormError error={error} />
        <CodeInput
          label="Code of your authenticator app"
          value={code}
          onChange={setCode}
          takesFocus
        />
        <Button type="submit" size="md" loading={pending} fullWidth>
          Confirm
        </Button>
        <p className={classes.advice}>
          No access to the app any more? Ask your administrator to take it off your account.
        </p>
        <Button variant="subtle" size="sm" onClick={onLeave}>
          Sign in as somebody else
        </Button>
      </Stack>
    </form>
  );
}
