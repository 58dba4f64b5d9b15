import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { Section } from '@/data/section';
import { useVersionContent } from '@/data/section-versions';
import type { SectionContent } from '@/lib/section-content';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { VersionDiff } from './version-diff';

type PublishDialogProps = {
  section: Section | null;
  content: SectionContent;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

/** What changes for visitors, before it does. */
export function PublishDialog({ section, content, busy, onConfirm, onClose }: PublishDialogProps) {
  const published = section?.published_version ?? null;
  const before = useVersionContent(section?.site_domain ?? '', section?.id ?? '', published);

  const body = () => {
    if (section === null || published === null) {
      return (
        <Text size="sm">
          Visitors get the section for the first time. It shows where its snippet stands, on the
          pages you chose, within a minute.
        </Text>
      );
    }
    if (before.error) {
      return <ErrorState error={before.error} onRetry={() => void before.refetch()} />;
    }
    if (!before.data) return <PanelSkeleton label="Loading the published version" />;
    return <VersionDiff before={before.data} after={content} />;
  };

  return (
    <Modal opened onClose={onClose} title="Publish: what changes for visitors" size="lg">
      <Stack gap="md">
        {body()}
        {section && !section.enabled && (
          <Text size="sm" fw={600}>
            The section is off. Visitors get it once it is turned on.
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" data-autofocus loading={busy} onClick={onConfirm}>
            Publish
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
