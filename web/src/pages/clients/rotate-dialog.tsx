import { Select, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClientKey } from '@/data/client-access';
import { useClientChange } from '@/data/client-changes';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import type { ShownKey } from './shown-key-dialog';

type RotateDialogProps = {
  site: string;
  of: ClientKey;
  name: string;
  onShown: (shown: ShownKey) => void;
  onClose: () => void;
};

const OVERLAPS = [
  { value: '0', label: 'Not at all: it ends at once' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
  { value: '2160', label: '90 days' },
];

/** A new key in place of one, which goes on working for a while. */
export function RotateDialog({ site, of: key, name, onShown, onClose }: RotateDialogProps) {
  const [hours, setHours] = useState('168');
  const change = useClientChange<{ key: string }>();
  const overlaps = hours !== '0';
  // The promise, not a callback of this dialog: it may be gone with its row once the old key has ended.
  const confirm = () =>
    change
      .mutateAsync({ kind: 'rotate-key', domain: site, id: key.id, overlap_hours: Number(hours) })
      .then(
        (made) => {
          onClose();
          onShown({ kind: key.kind, key: made.key, replaces: overlaps ? name : undefined });
        },
        () => undefined, // The dialog says why.
      );
  const where =
    key.kind === 'public' ? 'the website’s pages change' : 'the agent’s backend changes';
  return (
    <ConfirmDialog
      title={`Replace ${name}?`}
      action="Replace the key"
      danger={!overlaps}
      pending={change.isPending}
      error={change.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text size="sm">
        {overlaps
          ? `A new key is made. Both work until the old one’s time is over, so that nothing is lost while ${where} to the new one. You can end the old one earlier, once it is not used any more.`
          : `A new key is made, and the old one ends at once: what still uses it is refused until ${where} to the new one.`}
      </Text>
      <Select
        label="How long the old key goes on working"
        data={OVERLAPS}
        allowDeselect={false}
        value={hours}
        onChange={(value) => value && setHours(value)}
      />
    </ConfirmDialog>
  );
}
