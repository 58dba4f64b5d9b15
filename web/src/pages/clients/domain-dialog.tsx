import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useClientChange } from '@/data/client-changes';
import type { Client } from '@/data/clients';
import { fieldErrors } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { browserTimezone } from '@/lib/timezone';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { previewDomain, suggestName } from './domain-name';
import { timezones } from './timezones';

type DomainDialogProps = { client: Client; onClose: () => void };

/** A new website of an organization. */
export function DomainDialog({ client, onClose }: DomainDialogProps) {
  const [typed, setTyped] = useState('');
  const [named, setNamed] = useState<string | null>(null);
  const [timezone, setTimezone] = useState(browserTimezone());
  const change = useClientChange<{ site_domain: string }>();
  const navigate = useNavigate({ from: '/clients' });
  const errors = fieldErrors(change.error);
  const preview = previewDomain(typed);
  const name = named ?? suggestName(preview);

  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { kind: 'create-domain', organization: client.id, site_domain: typed, name, timezone },
      {
        onSuccess: ({ site_domain }) => {
          void notify({ message: `${site_domain} is added. Hand over its snippet and keys.` });
          onClose();
          void navigate({
            to: '/clients/$site',
            params: { site: site_domain },
            search: (now) => ({ ...now, tab: 'keys' as const }),
            resetScroll: false,
          });
        },
      },
    );
  };

  return (
    <Modal opened onClose={onClose} title={`Add a website of ${client.name}`}>
      <form onSubmit={save}>
        <Stack gap="sm">
          <TextInput
            label="Domain"
            description="The website’s own domain, or any address on it. It never changes afterwards."
            placeholder="example.com"
            data-autofocus
            value={typed}
            error={errors.site_domain}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              change.reset();
            }}
          />
          {preview && preview !== typed.trim() && !errors.site_domain && (
            <Text size="xs" c="dimmed" aria-live="polite">
              Is kept as {preview}
            </Text>
          )}
          <TextInput
            label="Name"
            description="How lists and mails call it."
            maxLength={200}
            value={name}
            error={errors.name}
            onChange={(event) => setNamed(event.currentTarget.value)}
          />
          <Select
            label="Timezone"
            description="Whose days every figure of the website counts by."
            searchable
            allowDeselect={false}
            data={timezones()}
            value={timezone}
            error={errors.timezone}
            onChange={(value) => value && setTimezone(value)}
          />
          {Object.keys(errors).length === 0 && (
            <FormError error={change.error} say={(error) => toProblem(error).message} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="xs"
              loading={change.isPending}
              disabled={!typed.trim() || !name.trim()}
            >
              Add the website
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
