import { notifications } from '@mantine/notifications';
import { type SavedView, useChangeView } from '@/data/saved-views';
import { plainText } from '@/lib/plain-text';
import { ConfirmDialog } from '@/ui/confirm-dialog';

type DeleteViewProps = { page: string; view: SavedView; onClose: () => void };

/** Asks before a view is gone, which others may come back to as well. */
export function DeleteView({ page, view, onClose }: DeleteViewProps) {
  const change = useChangeView(page);
  const onSuccess = () => {
    onClose();
    notifications.show({ message: 'The view is deleted.' });
  };
  return (
    <ConfirmDialog
      title={`Delete “${plainText(view.name)}”?`}
      action="Delete"
      danger
      pending={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate({ do: 'delete', id: view.id }, { onSuccess })}
      onClose={onClose}
    >
      <p>
        {view.site_domain
          ? `It is shared with ${view.site_domain}: it is gone for everybody there too.`
          : 'Only the name and its filters are gone, nothing of what they find.'}
      </p>
    </ConfirmDialog>
  );
}
