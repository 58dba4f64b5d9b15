import { lazy, Suspense } from 'react';
import type { Section } from '@/data/section';
import type { useDraft } from './use-draft';
import type { Saving } from './use-save';

const ConflictDialog = lazy(() =>
  import('./conflict-dialog').then((module) => ({ default: module.ConflictDialog })),
);
const PublishDialog = lazy(() =>
  import('./publish-dialog').then((module) => ({ default: module.PublishDialog })),
);

type SaveDialogsProps = {
  draft: ReturnType<typeof useDraft>;
  saving: Saving;
  section: Section | null;
  publishing: boolean;
  onPublishingEnds: () => void;
};

/** What is asked before publishing, and when two people saved. */
export function SaveDialogs(props: SaveDialogsProps) {
  const { draft, saving, section, publishing, onPublishingEnds } = props;
  const publish = async () => {
    const saved = draft.dirty || draft.base === null ? await saving.save() : draft.base;
    if (saved) await saving.publish(saved);
    onPublishingEnds();
  };
  return (
    <Suspense>
      {publishing && (
        <PublishDialog
          section={section}
          content={draft.draft.content}
          busy={saving.isPending}
          onConfirm={() => void publish()}
          onClose={onPublishingEnds}
        />
      )}
      {saving.theirs && (
        <ConflictDialog theirs={saving.theirs} mine={draft.draft.content} saving={saving} />
      )}
    </Suspense>
  );
}
