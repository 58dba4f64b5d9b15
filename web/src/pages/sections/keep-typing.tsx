import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

type KeepTypingProps = { dirty: boolean };

/** Asks before what is typed but not saved is left behind. */
export function KeepTyping({ dirty }: KeepTypingProps) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <Modal opened={status === 'blocked'} onClose={() => reset?.()} title="Leave without saving?">
      <Stack gap="md">
        <Text size="sm">What you changed is not saved and would be lost.</Text>
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={() => proceed?.()}>
            Leave
          </Button>
          <Button size="xs" data-autofocus onClick={() => reset?.()}>
            Go on editing
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
