import { Button, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useState } from 'react';
import { useProfile } from '@/data/profile';
import { useUserAct } from '@/data/user-changes';
import { useStartView } from '@/data/user-view';
import type { ListedUser } from '@/data/users';
import { ConfirmDialog } from '@/ui/confirm-dialog';
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

  const run = async (act: Act) => {
    try {
      await perform.mutateAsync({ act: act.id, id: user.id });
    } catch (error) {
      if (!act.question) tellFailure('It was not done', error);
      return; // Where it was asked about, the dialog says why.
    }
    // They may be gone by now, and this part of the panel with them.
    void notify({ message: act.done(user) });
    setAsked(null);
    if (act.isLast) onGone();
  };

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
              else void run(act);
            }}
          >
            {act.label}
          </Button>
        ))}
      </div>
      {asked && (
        <ConfirmDialog
          title={asked.question ?? asked.label}
          action={asked.label}
          danger={asked.danger}
          pending={perform.isPending}
          error={perform.error}
          onConfirm={() => void run(asked)}
          onClose={() => setAsked(null)}
        >
          <Text size="sm">{asked.effect?.(user)}</Text>
        </ConfirmDialog>
      )}
      {viewing && <ViewDialog user={user} onClose={() => setViewing(false)} />}
    </section>
  );
}

type ViewDialogProps = { user: ListedUser; onClose: () => void };

function ViewDialog({ user, onClose }: ViewDialogProps) {
  const start = useStartView();
  return (
    <ConfirmDialog
      title={`View as ${nameOf(user)}?`}
      action="Start viewing"
      pending={start.isPending}
      error={start.error}
      onConfirm={() => start.mutate(user.id)}
      onClose={onClose}
    >
      <Text size="sm">
        For 30 minutes, or until you end it, every page of this browser shows what {nameOf(user)}{' '}
        sees. Nothing can be changed meanwhile. The audit log keeps when you began and ended, and
        what you exported.
      </Text>
    </ConfirmDialog>
  );
}
