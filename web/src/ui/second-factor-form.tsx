import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { authError } from '@/ui/auth-error';
import { CodeInput } from '@/ui/code-input';
import { FormError } from '@/ui/form-error';

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
        <FormError message={error ? authError(error) : null} />
        <CodeInput label="Code of your authenticator app" value={code} onChange={setCode} />
        <Button type="submit" size="md" loading={pending} fullWidth>
          Confirm
        </Button>
        <Button variant="subtle" size="sm" onClick={onLeave}>
          Sign in as somebody else
        </Button>
      </Stack>
    </form>
  );
}
