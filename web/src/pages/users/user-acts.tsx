import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useState } from 'react';
import { useProfile } from '@/data/profile';
import { useUserAct } from '@/data/user-changes';
import { useStartView } from '@/data/user-view';
import type { ListedUser } from '@/data/users';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { tellFailure } from '@/ui/tell-failure';
import { type Act, actsOn } from './acts';
import { nameOf } from './user-columns';
import classes from './users.module.css';

type UserActsProps = { user: ListedUser; onGone: () => void };

/** What can be done to a person; what has consequences says them first. */
export function UserActs({ user, onGone }: UserActsProps) {
  const isMyself = useProfile().data?.id === user.id;
  const [asked, setAsked] = useState<Act | null>(null);
  const [viewing, setViewing] = useState(false);
  const perform = useUserAct();

  const run = (act: Act) =>
    perform.mutate(
      { act: act.id, id: user.id },
      {
        onSuccess: () => {
          void notify({ message: act.done(user) });
          setAsked(null);
          if (act.isLast) onGone();
        },
        onError: (error) => {
          if (!act.question) tellFailure('It was not done', error);
        },
      },
    );

  return (
    <section className={classes.part} aria-label="What can be done">
      <h3>What can be done</h3>
      <div className={classes.acts}>
        {user.role === 'user' && user.state !== 'disabled' && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconEye size={15} aria-hidden />}
            onClick={() => setViewing(true)}
          >
            View as this user
          </Button>
        )}
        {actsOn(user, isMyself).map((act) => (
          <Button
            key={act.id}
            size="xs"
            variant="default"
            c={act.danger ? 'var(--bad)' : undefined}
            loading={perform.isPending && perform.variables?.act === act.id}
            onClick={() => {
              perform.reset();
              if (act.question) setAsked(act);
              else run(act);
            }}
          >
            {act.label}
          </Button>
        ))}
      </div>
      {asked && (
        <Modal opened onClose={() => setAsked(null)} title={asked.question}>
          <Stack gap="md">
            <Text size="sm">{asked.effect?.(user)}</Text>
            <FormError error={perform.error} say={(error) => toProblem(error).message} />
            <Group justify="flex-end" gap="xs">
              <Button size="xs" variant="default" onClick={() => setAsked(null)}>
                Cancel
              </Button>
              <Button
                size="xs"
                color={asked.danger ? 'red' : undefined}
                loading={perform.isPending}
                onClick={() => run(asked)}
              >
                {asked.label}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
      {viewing && <ViewDialog user={user} onClose={() => setViewing(false)} />}
    </section>
  );
}

type ViewDialogProps = { user: ListedUser; onClose: () => void };

function ViewDialog({ user, onClose }: ViewDialogProps) {
  const start = useStartView();
  return (
    <Modal opened onClose={onClose} title={`View as ${nameOf(user)}?`}>
      <Stack gap="md">
        <Text size="sm">
          For 30 minutes, or until you end it, every page of this browser shows what {nameOf(user)}{' '}
          sees. Nothing can be changed meanwhile. The audit log keeps when you began and ended, and
          what you exported.
        </Text>
        <FormError error={start.error} say={(error) => toProblem(error).message} />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" loading={start.isPending} onClick={() => start.mutate(user.id)}>
            Start viewing
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
