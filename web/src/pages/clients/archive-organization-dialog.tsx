import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useClientChange } from '@/data/client-changes';
import type { Client } from '@/data/clients';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';

type Props = { client: Client; onClose: () => void };

/** Puts an organization away with its websites, or brings it back with them. */
export function ArchiveOrganizationDialog({ client, onClose }: Props) {
  const archived = client.archived_at === null;
  const change = useClientChange();
  const word = archived ? 'Archive' : 'Restore';
  const sites = client.domains
    .filter((domain) => !archived || domain.archived_at === null)
    .map((domain) => domain.site_domain);

  const confirm = () =>
    change.mutate(
      { kind: 'archive-organization', id: client.id, archived },
      {
        onSuccess: () => {
          void notify({ message: `${client.name} is ${archived ? 'archived' : 'restored'}.` });
          onClose();
        },
      },
    );

  return (
    <Modal opened onClose={onClose} title={`${word} ${client.name}?`}>
      <Stack gap="sm">
        <Text size="sm">
          {archived
            ? 'Its websites are archived with it: their keys stop working within a second, and nobody finds them in the domain switcher. Nothing is deleted.'
            : 'The websites that were archived with it come back, and their keys work again.'}
        </Text>
        {sites.length > 0 && <Text size="sm">{sites.join(', ')}</Text>}
        <FormError error={change.error} say={(error) => toProblem(error).message} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            size="xs"
            data-autofocus
            color={archived ? 'red' : undefined}
            loading={change.isPending}
            onClick={confirm}
          >
            {word}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
