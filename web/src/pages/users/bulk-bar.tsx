import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useAssignDomains } from '@/data/user-changes';
import { toProblem } from '@/lib/errors';
import { formatCount } from '@/lib/format';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { DomainsField } from './role-and-domains';
import classes from './users.module.css';

type BulkBarProps = { userIds: string[]; onClear: () => void };

/** What can be done to the people who were chosen. */
export function BulkBar({ userIds, onClear }: BulkBarProps) {
  const [doing, setDoing] = useState<'add' | 'remove' | null>(null);
  const people = `${formatCount(userIds.length)} ${userIds.length === 1 ? 'user' : 'users'}`;
  return (
    <section className={classes.bulk} aria-label="Chosen users">
      <span aria-live="polite">{people} chosen</span>
      <Button size="xs" variant="default" onClick={() => setDoing('add')}>
        Assign domains
      </Button>
      <Button size="xs" variant="default" onClick={() => setDoing('remove')}>
        Take domains away
      </Button>
      <Button size="xs" variant="subtle" onClick={onClear}>
        Choose nobody
      </Button>
      {doing && (
        <BulkDialog
          act={doing}
          people={people}
          userIds={userIds}
          onClose={() => setDoing(null)}
          onDone={() => {
            setDoing(null);
            onClear();
          }}
        />
      )}
    </section>
  );
}

type BulkDialogProps = {
  act: 'add' | 'remove';
  people: string;
  userIds: string[];
  onClose: () => void;
  onDone: () => void;
};

function BulkDialog({ act, people, userIds, onClose, onDone }: BulkDialogProps) {
  const [domains, setDomains] = useState<string[]>([]);
  const assign = useAssignDomains();
  const adds = act === 'add';
  const submit = () =>
    assign.mutate(
      { user_ids: userIds, add: adds ? domains : [], remove: adds ? [] : domains },
      {
        onSuccess: ({ changed }) => {
          const what = changed === 1 ? 'assignment' : 'assignments';
          void notify({ message: `${formatCount(changed)} ${what} changed.` });
          onDone();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={adds ? `Assign domains to ${people}` : `Take domains away from ${people}`}
    >
      <Stack gap="md">
        <Text size="sm">
          {adds
            ? 'They see these domains at their next click. What they have already, they keep.'
            : 'They no longer see these domains, at once. What they wrote there stays.'}
        </Text>
        <DomainsField label="Domains" value={domains} onChange={setDomains} />
        <FormError error={assign.error} say={(error) => toProblem(error).message} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            size="xs"
            color={adds ? undefined : 'red'}
            loading={assign.isPending}
            disabled={domains.length === 0}
            onClick={submit}
          >
            {adds ? 'Assign' : 'Take away'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
