import { Button, Code, CopyButton, Group, Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useEnrolment, useEnrolmentProof } from '@/data/account';
import { CodeInput } from '@/ui/code-input';
import { FormError } from '@/ui/form-error';
import classes from './account-page.module.css';

type EnrolmentProps = { onDone: () => void };

/** Scan, then prove: nothing changes before the first right code. */
export function Enrolment({ onDone }: EnrolmentProps) {
  const [code, setCode] = useState('');
  const { mutate: begin, data: factor, error: refused } = useEnrolment();
  const prove = useEnrolmentProof();
  const begun = useRef(false);

  useEffect(() => {
    // Strict mode runs effects twice, and each enrolment makes another secret.
    if (!begun.current) begin();
    begun.current = true;
  }, [begin]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!factor) return;
    prove.mutate(
      { factorId: factor.id, code },
      {
        onSuccess: () => {
          notifications.show({
            color: 'green',
            title: 'Two-factor authentication is on',
            message: 'Your next sign-in asks for a code.',
          });
          onDone();
        },
        onError: () => setCode(''),
      },
    );
  };
  const error = refused ?? prove.error;

  return (
    <form onSubmit={submit} className={classes.form}>
      <FormError error={error} />
      {!factor && !refused && <Skeleton height={196} width={196} />}
      {factor && (
        <>
          <p>
            1. Scan this with your authenticator app, or type the secret into it. Scan it with a
            second device as well, or keep the secret in your password manager: it is shown only
            now, and without it a lost phone locks you out.
          </p>
          <img className={classes.qr} src={factor.picture} alt="QR code of the secret" />
          <Group gap="xs">
            <Code className={classes.secret}>{factor.secret}</Code>
            <CopyButton value={factor.secret}>
              {({ copied, copy }) => (
                <Button size="compact-xs" variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy the secret'}
                </Button>
              )}
            </CopyButton>
          </Group>
          <p>2. Enter the code the app shows.</p>
          <CodeInput label="Code" value={code} onChange={setCode} />
        </>
      )}
      <Group gap="xs">
        <Button type="submit" loading={prove.isPending} disabled={!factor}>
          Turn on
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
