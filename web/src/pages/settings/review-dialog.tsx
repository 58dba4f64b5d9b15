import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type Outcome, useConfigurationSave } from '@/data/configuration-changes';
import type { Target } from '@/data/settings-api';
import type { Configuration } from '@/lib/configuration';
import { notify } from '@/ui/notify';
import { ChangesTable } from './changes-table';
import type { DraftState } from './draft';

type ReviewDialogProps = {
  row: Configuration;
  target: Target;
  draft: DraftState;
  /** What the server says a save would do. */
  outcome: Outcome;
  onClose: () => void;
  onFailed: (error: unknown) => void;
};

/** Each change, old beside new, before it is saved. */
export function ReviewDialog(props: ReviewDialogProps) {
  const { row, target, draft, outcome, onClose, onFailed } = props;
  const save = useConfigurationSave({ target, slug: row.config_slug });
  const switched = { before: draft.base.enabled, after: draft.enabled };
  const confirm = () =>
    save.mutate(draft.wanted, {
      onSuccess: ({ version }) => {
        draft.discard();
        onClose();
        void notify({ message: `${row.title} is saved as version ${version}.` });
      },
      onError: onFailed,
    });

  return (
    <Modal opened onClose={onClose} size="xl" title={`Save ${row.title}?`}>
      <Stack gap="sm">
        <ChangesTable
          label="What will change"
          schema={row.schema}
          changes={outcome.changes}
          switched={switched}
        />
        <Text size="sm">
          {target === null
            ? 'It holds on every website that sets nothing else, within a minute.'
            : `It holds on ${target} within a minute.`}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Go on editing
          </Button>
          <Button size="xs" loading={save.isPending} onClick={confirm} data-autofocus>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
