import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { CopiedText } from '@/ui/copied-text';

export type ShownKey = { kind: string; key: string; replaces?: string | undefined };

type ShownKeyDialogProps = { shown: ShownKey; onClose: () => void };

/** A new key: of a secret one, the only time anybody sees it. */
export function ShownKeyDialog({ shown, onClose }: ShownKeyDialogProps) {
  const secret = shown.kind === 'secret';
  return (
    <Modal
      opened
      onClose={onClose}
      title={secret ? 'Copy the secret key now' : 'The new public key'}
      closeOnClickOutside={!secret}
      closeOnEscape={!secret}
    >
      <Stack gap="sm">
        <CopiedText label="the key" text={shown.key} />
        <Text size="sm">
          {secret
            ? 'It is shown this once: only a hash of it is kept. Hand it over by a safe way, not by e-mail.'
            : 'The snippet carries it from now on.'}
          {shown.replaces && ` ${shown.replaces} goes on working until its time is over.`}
        </Text>
        <Group justify="flex-end">
          <Button size="xs" onClick={onClose}>
            {secret ? 'I have copied it' : 'Done'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
