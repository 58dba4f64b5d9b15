import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArchive,
  IconArchiveOff,
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconEyeOff,
  IconTrash,
} from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { type SectionChange, useSectionChange } from '@/data/section-changes';
import { notify } from '@/ui/notify';
import { tellFailure } from '@/ui/tell-failure';
import { ConfirmDialog } from './confirm-dialog';

const DuplicateDialog = lazy(() =>
  import('./duplicate-dialog').then((module) => ({ default: module.DuplicateDialog })),
);

type Subject = {
  site_domain: string;
  id: string;
  slug: string;
  title: string;
  published_version: number | null;
  archived_at: string | null;
};

type SectionMenuProps = {
  section: Subject;
  onMove?: (by: number) => void;
  isFirst?: boolean;
  isLast?: boolean;
  /** After it was archived or deleted. */
  onGone?: () => void;
};

/** What may be done to a section besides editing it. */
export function SectionMenu({ section, onMove, isFirst, isLast, onGone }: SectionMenuProps) {
  const { mutate } = useSectionChange();
  const [duplicating, duplicate] = useDisclosure(false);
  const [archiving, archive] = useDisclosure(false);
  const [deleting, remove] = useDisclosure(false);
  const named = { siteDomain: section.site_domain, id: section.id };
  const published = section.published_version !== null;

  const change = (kind: 'unpublish' | 'archive' | 'restore' | 'delete', done: string) => {
    const asked: SectionChange = { kind, ...named };
    mutate(asked, {
      onSuccess: () => {
        void notify({ message: `“${section.title}” was ${done}.` });
        if (kind === 'archive' || kind === 'delete') onGone?.();
      },
      onError: (error) => tellFailure(`“${section.title}” was not ${done}`, error),
    });
  };

  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More for “${section.title}”`}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {onMove && (
            <>
              <Menu.Item
                leftSection={<IconArrowUp size={15} aria-hidden />}
                disabled={isFirst}
                onClick={() => onMove(-1)}
              >
                Move up
              </Menu.Item>
              <Menu.Item
                leftSection={<IconArrowDown size={15} aria-hidden />}
                disabled={isLast}
                onClick={() => onMove(1)}
              >
                Move down
              </Menu.Item>
            </>
          )}
          <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={duplicate.open}>
            Duplicate…
          </Menu.Item>
          {published && (
            <Menu.Item
              leftSection={<IconEyeOff size={15} aria-hidden />}
              onClick={() => change('unpublish', 'unpublished')}
            >
              Unpublish
            </Menu.Item>
          )}
          {section.archived_at === null ? (
            <Menu.Item leftSection={<IconArchive size={15} aria-hidden />} onClick={archive.open}>
              Archive…
            </Menu.Item>
          ) : (
            <>
              <Menu.Item
                leftSection={<IconArchiveOff size={15} aria-hidden />}
                onClick={() => change('restore', 'restored as a draft')}
              >
                Restore
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={remove.open}
              >
                Delete…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {duplicating && (
        <Suspense>
          <DuplicateDialog section={section} onClose={duplicate.close} />
        </Suspense>
      )}
      <ConfirmDialog
        opened={archiving}
        title={`Archive “${section.title}”?`}
        action="Archive"
        onConfirm={() => change('archive', 'archived')}
        onClose={archive.close}
      >
        It leaves the list, and visitors no longer get it: where its snippet stands, nothing shows.
        Its versions are kept, and it can be restored.
      </ConfirmDialog>
      <ConfirmDialog
        opened={deleting}
        title={`Delete “${section.title}”?`}
        action="Delete"
        onConfirm={() => change('delete', 'deleted')}
        onClose={remove.close}
      >
        The section and all its versions are deleted. This cannot be undone.
      </ConfirmDialog>
    </>
  );
}
