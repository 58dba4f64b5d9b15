import { Button, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useProfile } from '@/data/profile';
import { fieldErrors } from '@/data/server-api';
import { type UserChange, useAssignDomains, useChangeUser } from '@/data/user-changes';
import type { ListedUser } from '@/data/users';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { tellFailure } from '@/ui/tell-failure';
import { DomainsField, RoleField } from './role-and-domains';
import { nameOf } from './user-columns';
import classes from './users.module.css';

/** Name, role, second factor and domains; a change of role is asked about first. */
export function UserForm({ user }: { user: ListedUser }) {
  const isMyself = useProfile().data?.id === user.id;
  const [name, setName] = useState(user.full_name);
  const [role, setRole] = useState(user.role);
  const [required, setRequired] = useState(user.mfa_required);
  const [domains, setDomains] = useState(user.site_domains);
  const [asking, setAsking] = useState(false);
  const change = useChangeUser(user.id);
  const assign = useAssignDomains();
  const error = change.error ?? assign.error;
  const wrong = fieldErrors(error);

  const changes: UserChange = {
    ...(name.trim() !== user.full_name && { full_name: name.trim() }),
    ...(role !== user.role && { role }),
    ...(required !== user.mfa_required && { mfa_required: required }),
  };
  const add = domains.filter((each) => !user.site_domains.includes(each));
  const remove = user.site_domains.filter((each) => !domains.includes(each));
  const isChanged = Object.keys(changes).length > 0;
  const isAssigned = add.length + remove.length > 0;

  const save = async () => {
    setAsking(false);
    change.reset();
    assign.reset();
    try {
      if (isChanged) await change.mutateAsync(changes);
      if (isAssigned) await assign.mutateAsync({ user_ids: [user.id], add, remove });
    } catch (failure) {
      // The form says why, unless it began anew because a part of it was saved.
      if (isChanged && isAssigned) tellFailure('Not all of it is saved', failure);
      return;
    }
    void notify({ message: `${nameOf(user)} is saved.` });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changes.role) setAsking(true);
    else void save();
  };

  return (
    <form onSubmit={submit} className={classes.part} aria-label="Role and domains">
      <TextInput
        label="Name"
        maxLength={200}
        value={name}
        error={wrong.full_name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {isMyself ? (
        <Text size="sm">This is you. Another admin can change your role.</Text>
      ) : (
        <RoleField value={role} onChange={setRole} error={wrong.role} />
      )}
      {role !== 'admin' && (
        <DomainsField label="Domains" value={domains} onChange={setDomains} error={wrong.add} />
      )}
      <Switch
        label="Require a second factor"
        description="Without an authenticator app they see nothing until they connect one."
        classNames={{ description: classes.beside }}
        checked={required}
        error={wrong.mfa_required}
        onChange={(event) => setRequired(event.currentTarget.checked)}
      />
      <FormError error={error} say={(given) => toProblem(given).message} />
      <Group justify="flex-end">
        <Button
          type="submit"
          size="xs"
          disabled={!isChanged && !isAssigned}
          loading={change.isPending || assign.isPending}
        >
          Save
        </Button>
      </Group>
      {asking && (
        <Modal
          opened
          onClose={() => setAsking(false)}
          title={role === 'admin' ? 'Make them Rose staff?' : 'Make them a client user?'}
        >
          <Stack gap="md">
            <Text size="sm">
              {role === 'admin'
                ? `${nameOf(user)} sees every domain from now on, and may change everything: settings, clients and users.`
                : `${nameOf(user)} sees only the domains assigned to them from now on, and no page for staff.`}
            </Text>
            <Group justify="flex-end" gap="xs">
              <Button size="xs" variant="default" onClick={() => setAsking(false)}>
                Cancel
              </Button>
              <Button size="xs" onClick={() => void save()}>
                Change the role
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </form>
  );
}
