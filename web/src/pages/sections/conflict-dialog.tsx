import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { formatAge } from '@/lib/format';
import { contentOf, type SectionContent } from '@/lib/section-content';
import type { Saving, Theirs } from './use-save';
import { VersionDiff } from './version-diff';

type ConflictDialogProps = { theirs: Theirs; mine: SectionContent; saving: Saving };

/** Two people saved: shows both, and loses neither. */
export function ConflictDialog({ theirs, mine, saving }: ConflictDialogProps) {
  const who = theirs.author ?? 'Somebody';
  return (
    <Modal opened onClose={saving.decideLater} title="Somebody saved meanwhile" size="lg">
      <Stack gap="md">
        <Text size="sm">
          {who} saved version {theirs.version} {formatAge(theirs.updated_at)}. Below, what is only
          in theirs is marked −, what is only in yours +.
        </Text>
        <VersionDiff before={contentOf(theirs)} after={mine} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={saving.decideLater}>
            Go on editing
          </Button>
          <Button size="xs" variant="default" onClick={saving.takeTheirs}>
            Take theirs
          </Button>
          <Button size="xs" data-autofocus loading={saving.isPending} onClick={saving.keepMine}>
            Save mine as version {theirs.version + 1}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
