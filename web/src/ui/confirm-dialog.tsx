import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { useFocusReturn } from '@/ui/use-focus-return';

type ConfirmDialogProps = {
  title: string;
  action: string;
  danger?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** Asks before something is done: what it does, the way back, and why it was refused. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, action, danger, pending, error, onConfirm, onClose, children } = props;
  useFocusReturn();
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    onConfirm();
  };
  return (
    // What is being done cannot be left: whoever leaves would not see how it ended.
    <Modal opened onClose={() => !pending && onClose()} title={title}>
      <form onSubmit={confirm}>
        <Stack gap="sm">
          {children}
          <FormError error={error} say={(refused) => toProblem(refused).message} />
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" disabled={pending} onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" size="xs" color={danger ? 'red' : undefined} loading={pending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
