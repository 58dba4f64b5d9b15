import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useDomains } from '@/data/domains';
import { useSectionChange } from '@/data/section-changes';
import { fieldErrors } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';

type DuplicateDialogProps = {
  section: { site_domain: string; id: string; slug: string; title: string };
  onClose: () => void;
};

/** Makes a draft of the same content, on this domain or another. */
export function DuplicateDialog({ section, onClose }: DuplicateDialogProps) {
  const domains = useDomains();
  const navigate = useNavigate();
  const [into, setInto] = useState(section.site_domain);
  const [slug, setSlug] = useState(`${section.slug.slice(0, 55)}-copy`);
  const { mutate, error, isPending } = useSectionChange();
  const atSlug = fieldErrors(error).slug;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate(
      { kind: 'duplicate', siteDomain: section.site_domain, id: section.id, into, slug },
      {
        onSuccess: (answer) => {
          if (!answer) return;
          void notify({ message: `“${section.title}” was duplicated as a draft.` });
          onClose();
          void navigate({
            to: '/sections/$domain/$id',
            params: { domain: into, id: answer.section.id },
          });
        },
      },
    );
  };

  return (
    <Modal opened onClose={onClose} title={`Duplicate “${section.title}”`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            label="To which domain?"
            data={domains.map((each) => ({ value: each.site_domain, label: each.site_domain }))}
            value={into}
            onChange={(value) => value && setInto(value)}
            allowDeselect={false}
            searchable={domains.length > 8}
          />
          <TextInput
            label="Slug of the copy"
            value={slug}
            onChange={(event) => setSlug(event.currentTarget.value)}
            error={atSlug}
            maxLength={60}
          />
          {error && !atSlug && <FormError error={error} say={(each) => toProblem(each).message} />}
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button size="xs" type="submit" loading={isPending} disabled={slug === ''}>
              Duplicate
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
