import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '@/data/server-api';
import { useInvite } from '@/data/user-changes';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { DomainsField, RoleField } from './role-and-domains';

type InviteDialogProps = { onClose: () => void };

export function InviteDialog({ onClose }: InviteDialogProps) {
  const invite = useInvite();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState('user');
  const [domains, setDomains] = useState<string[]>([]);
  const wrong = fieldErrors(invite.error);
  const isStaff = role === 'admin';
  const isNamed = Object.keys(wrong).length > 0;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const to = email.trim();
    invite.mutate(
      { email: to, full_name: name.trim(), role, domains: isStaff ? [] : domains },
      {
        onSuccess: () => {
          void notify({ message: `${to} is invited. The link in the e-mail works once.` });
          onClose();
        },
      },
    );
  };

  return (
    <Modal opened onClose={onClose} title="Invite somebody">
      <form onSubmit={submit}>
        <Stack gap="md">
          <FormError
            error={isNamed ? null : invite.error}
            say={(error) => toProblem(error).message}
          />
          <TextInput
            label="E-mail"
            type="email"
            data-autofocus
            required
            withAsterisk={false}
            maxLength={254}
            value={email}
            error={wrong.email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <TextInput
            label="Name"
            description="They can change it when they accept."
            maxLength={200}
            value={name}
            error={wrong.full_name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <RoleField value={role} onChange={setRole} error={wrong.role} />
          {isStaff ? (
            <Text size="sm">Rose staff see every domain, also those of the future.</Text>
          ) : (
            <DomainsField
              label="Domains"
              description="What they see once they accept. Without one they see nothing."
              value={domains}
              onChange={setDomains}
              error={wrong.add ?? wrong.domains}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button size="xs" variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" size="xs" loading={invite.isPending}>
              Send the invitation
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
