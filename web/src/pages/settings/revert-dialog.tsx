import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useConfigurationRevert } from '@/data/configuration-changes';
import type { ConfigurationVersion } from '@/data/configuration-history';
import type { Target } from '@/data/settings-api';
import { type Configuration, editedOf, overridden } from '@/lib/configuration';
import { toProblem } from '@/lib/errors';
import { differences } from '@/lib/json';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { Writes } from '@/ui/writes';
import { ChangesTable } from './changes-table';

type RevertDialogProps = {
  row: Configuration;
  target: Target;
  /** The form holds what is not saved. */
  dirty: boolean;
  version: ConfigurationVersion;
  onClose: () => void;
};

/** An earlier version beside what holds now, and the way back to it. */
export function RevertDialog({ row, target, dirty, version, onClose }: RevertDialogProps) {
  const revert = useConfigurationRevert({ target, slug: row.config_slug });
  const now = editedOf(row, target === null);
  const then = overridden(now.strategy, now.inherited, version.config);
  const changes = differences(now.values, then);
  const isSame = changes.length === 0 && now.enabled === version.enabled;
  const confirm = () =>
    revert.mutate(
      { version: now.version, to: version.version },
      {
        onSuccess: (outcome) => {
          onClose();
          void notify({
            message: `${row.title} is as version ${version.version} again, as version ${outcome.version}.`,
          });
        },
      },
    );

  return (
    <Modal opened onClose={onClose} size="xl" title={`Version ${version.version} and now`}>
      <Stack gap="sm">
        {isSame ? (
          <Text size="sm">What holds now is the same as after this version.</Text>
        ) : (
          <ChangesTable
            label={`What going back to version ${version.version} changes`}
            schema={row.schema}
            changes={changes}
            heads={['Now', `Version ${version.version}`]}
            switched={{ before: now.enabled, after: version.enabled }}
          />
        )}
        {dirty && (
          <Alert color="yellow">
            The form holds changes that are not saved. Save or discard them before going back.
          </Alert>
        )}
        <FormError error={revert.error} say={(error) => toProblem(error).message} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Close
          </Button>
          <Writes>
            <Button
              size="xs"
              disabled={isSame || dirty}
              loading={revert.isPending}
              onClick={confirm}
            >
              Go back to version {version.version}
            </Button>
          </Writes>
        </Group>
      </Stack>
    </Modal>
  );
}
