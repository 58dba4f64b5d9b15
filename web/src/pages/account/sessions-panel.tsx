import { Badge, Button, Group, Skeleton } from '@mantine/core';
import {
  type MySession,
  useEndAllSessions,
  useEndOtherSessions,
  useEndSession,
  useMySessions,
} from '@/data/my-sessions';
import { ErrorState } from '@/ui/error-state';
import { FormError } from '@/ui/form-error';
import { Panel } from '@/ui/panel';
import { Writes } from '@/ui/writes';
import classes from './account-page.module.css';
import { deviceLabel } from './device';
import { when } from './when';

export function SessionsPanel() {
  const sessions = useMySessions();
  const end = useEndOtherSessions();
  const endAll = useEndAllSessions();
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
      <FormError error={end.error ?? endAll.error} />
      <Group gap="xs">
        <Button
          variant="default"
          disabled={!others}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          Sign out everywhere else
        </Button>
        <Button variant="default" loading={endAll.isPending} onClick={() => endAll.mutate()}>
          Sign out everywhere
        </Button>
      </Group>
    </Panel>
  );
}

function SessionItem({ session }: { session: MySession }) {
  const end = useEndSession();
  const device = deviceLabel(session.user_agent);
  return (
    <li className={classes.item}>
      <span>
        <span className={classes.name}>{device}</span>{' '}
        <span className={classes.when}>
          signed in {when(session.started_at)}
          {!session.is_current && `, last used ${when(session.last_used_at)}`}
        </span>
      </span>
      {session.is_current ? (
        <Badge variant="light">This device</Badge>
      ) : (
        <Writes>
          <Button
            size="xs"
            variant="default"
            aria-label={`Sign out ${device}, last used ${when(session.last_used_at)}`}
            loading={end.isPending}
            onClick={() => end.mutate(session.id)}
          >
            Sign out
          </Button>
        </Writes>
      )}
      <FormError error={end.error} />
    </li>
  );
}
