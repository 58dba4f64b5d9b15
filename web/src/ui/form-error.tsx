import { Alert } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

type FormErrorProps = { message: string | null };

/** Why a form was refused; takes the focus, so that it is read out. */
export function FormError({ message }: FormErrorProps) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (message) alert.current?.focus();
  }, [message]);

  if (!message) return null;
  return (
    <Alert
      ref={alert}
      tabIndex={-1}
      role="alert"
      color="red"
      icon={<IconAlertCircle size={18} aria-hidden />}
    >
      {message}
    </Alert>
  );
}
