import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useClientChange } from '@/data/client-changes';
import type { Client } from '@/data/clients';
import { fieldErrors } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';

type OrganizationDialogProps = { client?: Client; onClose: () => void };

/** A new organization, or another name of one. */
export function OrganizationDialog({ client, onClose }: OrganizationDialogProps) {
  // As it was when the dialog opened: the list behind it may learn of another name.
  const [was] = useState(client?.name ?? '');
  const [name, setName] = useState(was);
  const change = useClientChange();
  const errors = fieldErrors(change.error);

  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      client
        ? { kind: 'rename-organization', id: client.id, name, was }
        : { kind: 'create-organization', name },
      {
        onSuccess: () => {
          void notify({
            message: client ? `Renamed to ${name.trim()}.` : `${name.trim()} is added.`,
          });
          onClose();
        },
      },
    );
  };

  return (
    <Modal opened onClose={onClose} title={client ? `Rename ${was}` : 'Add an organization'}>
      <form onSubmit={save}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="As the client calls itself. No two organizations have the same."
            data-autofocus
            maxLength={200}
            value={name}
            error={errors.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {!errors.name && (
            <FormError error={change.error} say={(error) => toProblem(error).message} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" size="xs" loading={change.isPending} disabled={!name.trim()}>
              {client ? 'Rename' : 'Add'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
