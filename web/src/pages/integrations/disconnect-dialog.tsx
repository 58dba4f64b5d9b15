import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { Domain } from '@/data/domains';
import { useDisconnect } from '@/data/integration';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';

type DisconnectDialogProps = { domain: Domain; onClose: () => void };

/** Says what disconnecting does before it is done. */
export function DisconnectDialog({ domain, onClose }: DisconnectDialogProps) {
  const disconnect = useDisconnect(domain.site_domain);
  const confirm = () =>
    disconnect.mutate(undefined, {
      onSuccess: ({ revoked }) => {
        void notify({
          message: revoked
            ? `HubSpot is disconnected from ${domain.site_domain}, and its token is revoked.`
            : 'Disconnected. HubSpot does not answer: its token is revoked as soon as it does.',
        });
        onClose();
      },
    });
  return (
    <Modal opened onClose={onClose} title={`Disconnect HubSpot from ${domain.site_domain}?`}>
      <Stack gap="sm">
        <Text size="sm">
          The access is revoked at HubSpot and a running sync stops. What is in HubSpot and what was
          read from it stay. Connecting the same account again sends nothing twice.
        </Text>
        <FormError error={disconnect.error} say={(error) => toProblem(error).message} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button size="xs" color="red" loading={disconnect.isPending} onClick={confirm}>
            Disconnect
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
