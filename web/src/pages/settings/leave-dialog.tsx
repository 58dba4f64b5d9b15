import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

type Place = { pathname: string; search: object };

function isElsewhere(current: Place, next: Place): boolean {
  const of = ({ pathname, search }: Place) => {
    const { domain, everywhere } = search as { domain?: string; everywhere?: boolean };
    return `${pathname} ${domain} ${Boolean(everywhere)}`;
  };
  return of(current) !== of(next);
}

/** Asks before what was not saved is lost. */
export function LeaveDialog({ dirty }: { dirty: boolean }) {
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && isElsewhere(current, next),
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  return (
    <Modal opened={status === 'blocked'} onClose={() => reset?.()} title="Leave without saving?">
      <Stack gap="sm">
        <Text size="sm">What you changed here is not saved, and would be lost.</Text>
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={() => reset?.()} data-autofocus>
            Stay
          </Button>
          <Button size="xs" color="red" onClick={() => proceed?.()}>
            Leave
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
