import type { ListedUser } from '@/data/users';
import { USER_STATES } from '@/lib/user-filters';
import classes from './users.module.css';
import { STATE_DEFINITIONS, STATE_LABELS } from './words';

export function UserState({ user }: { user: Pick<ListedUser, 'state'> }) {
  const state = USER_STATES.find((each) => each === user.state) ?? 'active';
  return (
    <span className={classes.state} data-state={state} title={STATE_DEFINITIONS[state]}>
      {STATE_LABELS[state]}
    </span>
  );
}
