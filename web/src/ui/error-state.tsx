import { Button, Code } from '@mantine/core';
import { IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { type Problem, toProblem } from '@/lib/errors';
import classes from './states.module.css';

const TITLES: Record<Problem['kind'], string> = {
  unreachable: 'The server could not be reached',
  unauthorized: 'Your session has ended',
  forbidden: 'You may not see this',
  'not-found': 'Not found',
  invalid: 'The server did not accept the request',
  'rate-limited': 'Too many requests',
  server: 'Something went wrong',
};

const ADVICE: Partial<Record<Problem['kind'], string>> = {
  unreachable: 'Check your connection, then try again.',
  'rate-limited': 'Wait a moment, then try again.',
};

type ErrorStateProps = {
  error: unknown;
  onRetry?: () => void;
  /** In a line that stays in sight, where it stands below what is there already. */
  below?: boolean;
};

/** What happened, a way to try again, and the id to quote. */
export function ErrorState({ error, onRetry, below }: ErrorStateProps) {
  const problem = toProblem(error);
  return (
    <div className={classes.state} data-below={below || undefined} role="alert">
      <span className={classes.icon} data-bad>
        <IconPlugConnectedX size={22} stroke={1.6} aria-hidden />
      </span>
      <p className={classes.title}>{TITLES[problem.kind]}</p>
      <p className={classes.text}>{ADVICE[problem.kind] ?? problem.message}</p>
      {onRetry && (
        <div className={classes.actions}>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={onRetry}
          >
            Try again
          </Button>
        </div>
      )}
      {problem.requestId && (
        <p className={classes.quote}>
          Request id <Code>{problem.requestId}</Code>
        </p>
      )}
    </div>
  );
}
