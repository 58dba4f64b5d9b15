import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useClientChange } from '@/data/client-changes';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import type { ShownKey } from './shown-key-dialog';

type MintDialogProps = {
  site: string;
  kind: 'public' | 'secret';
  onShown: (shown: ShownKey) => void;
  onClose: () => void;
};

/** A key more. */
export function MintDialog({ site, kind, onShown, onClose }: MintDialogProps) {
  const [label, setLabel] = useState('');
  const change = useClientChange<{ key: string }>();
  // The promise, not a callback of this dialog: a secret key must be shown even if the dialog is gone by then.
  const confirm = () =>
    change.mutateAsync({ kind: 'mint-key', domain: site, keyKind: kind, label }).then(
      ({ key }) => {
        onClose();
        onShown({ kind, key });
      },
      () => undefined, // The dialog says why.
    );
  return (
    <ConfirmDialog
      title={`New ${kind} key of ${site}`}
      action="Make the key"
      pending={change.isPending}
      error={change.error}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Text size="sm">
        {kind === 'public'
          ? 'Visitors’ browsers send it with events; anybody may see it.'
          : 'Whoever has it writes conversations of the website and reads its prompts. It is shown once.'}
      </Text>
      <TextInput
        label="Label"
        description="What it is for, such as the system it is kept in."
        data-autofocus
        maxLength={100}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
