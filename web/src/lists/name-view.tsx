import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useDomains } from '@/data/domains';
import type { SavedView } from '@/data/saved-views';
import { useFocusReturn } from '@/ui/use-focus-return';

type NameViewProps = {
  view: SavedView | null;
  onClose: () => void;
  onSave: (name: string, siteDomain: string | null) => void;
};

/** Asks under which name filters are kept, and for whom. */
export function NameView({ view, onClose, onSave }: NameViewProps) {
  const domains = useDomains();
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState<string | null>(view?.site_domain ?? null);
  useFocusReturn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onSave(name.trim(), shared);
  };
  return (
    <Modal opened onClose={onClose} title={view ? 'Rename or share' : 'Save this view'} size="sm">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={80}
            required
            data-autofocus
          />
          <Select
            label="Share with"
            description="Everybody who sees the domain finds the view. Only you can change it."
            placeholder="Nobody: it is yours alone"
            data={domains.map((each) => each.site_domain)}
            value={shared}
            onChange={setShared}
            clearable
            searchable
          />
          <Button type="submit" disabled={!name.trim()}>
            Save
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
