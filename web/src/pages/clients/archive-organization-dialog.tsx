import { Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useClientChange } from '@/data/client-changes';
import type { Client } from '@/data/clients';
import { ALL_DOMAINS } from '@/lib/filters';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { notify } from '@/ui/notify';

type Props = { client: Client; onClose: () => void };

/** Puts an organization away with its websites, or brings it back with them. */
export function ArchiveOrganizationDialog({ client, onClose }: Props) {
  const archived = client.archived_at === null;
  const change = useClientChange();
  const navigate = useNavigate();
  const word = archived ? 'Archive' : 'Restore';
  const sites = client.domains
    .filter((domain) => !archived || domain.archived_at === null)
    .map((domain) => domain.site_domain);

  const confirm = async () => {
    try {
      await change.mutateAsync({ kind: 'archive-organization', id: client.id, archived });
    } catch {
      return; // The dialog says why.
    }
    // The organization's row, and this dialog with it, may have left the list already.
    void notify({ message: `${client.name} is ${archived ? 'archived' : 'restored'}.` });
    onClose();
    if (!archived) return;
    // Other pages have nothing to show of an archived website.
    void navigate({
      to: '.',
      search: (now) =>
        now.domain && sites.includes(now.domain) ? { ...now, domain: ALL_DOMAINS } : now,
      replace: true,
    });
  };

  return (
    <ConfirmDialog
      title={`${word} ${client.name}?`}
      action={word}
      danger={archived}
      pending={change.isPending}
      error={change.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text size="sm">
        {archived
          ? 'Its websites are archived with it: their keys stop working within a second, and nobody finds them in the domain switcher. Nothing is deleted.'
          : 'The websites that were archived with it come back, and their keys work again.'}
      </Text>
      {sites.length > 0 && <Text size="sm">{sites.join(', ')}</Text>}
    </ConfirmDialog>
  );
}
