import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ClientKey } from '@/data/client-access';
import { useClientChange } from '@/data/client-changes';
import { ConfirmDialog } from '@/ui/confirm-dialog';

type LabelDialogProps = { site: string; of: ClientKey; onClose: () => void };

/** What a key is for, in other words. */
export function LabelDialog({ site, of: key, onClose }: LabelDialogProps) {
  const [label, setLabel] = useState(key.label);
  const change = useClientChange();
  return (
    <ConfirmDialog
      title="What is the key for?"
      action="Save the label"
      pending={change.isPending}
      error={change.error}
      onConfirm={() =>
        change.mutate(
          { kind: 'label-key', domain: site, id: key.id, label },
          { onSuccess: onClose },
        )
      }
      onClose={onClose}
    >
      <TextInput
        label="Label"
        data-autofocus
        maxLength={100}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
