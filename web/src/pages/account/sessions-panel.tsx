import { Badge, Button, Skeleton } from '@mantine/core';
import { type MySession, useEndOtherSessions, useMySessions } from '@/data/my-sessions';
import { authError } from '@/ui/auth-error';
import { ErrorState } from '@/ui/error-state';
import { FormError } from '@/ui/form-error';
import { Panel } from '@/ui/panel';
import classes from './account-page.module.css';
import { deviceLabel } from './device';
import { when } from './when';

export function SessionsPanel() {
  const sessions = useMySessions();
  const end = useEndOtherSessions();
  const others = sessions.data?.some((session) => !session.is_current) ?? false;

  return (
    <Panel title="Where you are signed in">
      {sessions.isPending && <Skeleton height={44} radius="md" mb="md" />}
      {sessions.isError && (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      {sessions.data && (
        <ul className={classes.list}>
          {sessions.data.map((session) => (
            <SessionItem key={session.id} session={session} />
          ))}
        </ul>
      )}
      <FormError message={end.isError ? authError(end.error) : null} />
      <Button
        variant="default"
        disabled={!others}
        loading={end.isPending}
        onClick={() => end.mutate()}
      >
        Sign out everywhere else
      </Button>
    </Panel>
  );
}

function SessionItem({ session }: { session: MySession }) {
  return (
    <li className={classes.item}>
      <span className={classes.name}>{deviceLabel(session.user_agent)}</span>
      {session.is_current ? (
        <Badge variant="light">This device</Badge>
      ) : (
        <span className={classes.when}>last used {when(session.last_used_at)}</span>
      )}
    </li>
  );
}
