import { Alert, Code } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { toProblem } from '@/lib/errors';
import { authError, explainsItself } from '@/ui/auth-error';
import classes from './form-error.module.css';

type FormErrorProps = { error: unknown; say?: (error: unknown) => string };

/** Why a form was refused; takes the focus, so that it is read out. */
export function FormError({ error, say = authError }: FormErrorProps) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) alert.current?.focus();
  }, [error]);

  if (!error) return null;
  const { requestId } = toProblem(error);
  return (
    <Alert
      ref={alert}
      tabIndex={-1}
      role="alert"
      color="red"
      icon={<IconAlertCircle size={18} aria-hidden />}
    >
      {say(error)}
      {requestId && !explainsItself(error) && (
        <p className={classes.quote}>
          Request id <Code>{requestId}</Code>
        </p>
      )}
    </Alert>
  );
}
