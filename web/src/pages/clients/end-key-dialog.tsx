import { Text } from '@mantine/core';
import type { ClientKey } from '@/data/client-access';
import { useClientChange } from '@/data/client-changes';
import { formatAge } from '@/lib/format';
import { ConfirmDialog } from '@/ui/confirm-dialog';

type EndKeyDialogProps = { site: string; of: ClientKey; name: string; onClose: () => void };

/** Ends a key for good. */
export function EndKeyDialog({ site, of: key, name, onClose }: EndKeyDialogProps) {
  const change = useClientChange();
  return (
    <ConfirmDialog
      title={`End ${name} now?`}
      action="End the key"
      danger
      pending={change.isPending}
      error={change.error}
      onConfirm={() =>
        change.mutate({ kind: 'end-key', domain: site, id: key.id }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <Text size="sm">
        {key.last_used_at
          ? `It was last used ${formatAge(key.last_used_at)}.`
          : 'It was never used.'}{' '}
        Within a second,{' '}
        {key.kind === 'public'
          ? 'pages that still carry it show no widget and send no events.'
          : 'a backend that still sends it can write no conversations.'}{' '}
        It cannot be brought back.
      </Text>
    </ConfirmDialog>
  );
}
