import { Checkbox } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ListedUser } from '@/data/users';
import { formatAge, formatCount } from '@/lib/format';
import type { Role, UserSort } from '@/lib/user-filters';
import type { Column } from '@/ui/list-table';
import { UserState } from './user-state';
import classes from './users.module.css';
import { ROLE_LABELS } from './words';

export const nameOf = (user: Pick<ListedUser, 'full_name' | 'email'>) =>
  user.full_name || user.email;

/** The columns of the list; the first one also chooses people for what is done to several. */
export function useUserColumns(
  selected: ReadonlySet<string>,
  toggle: (user: ListedUser) => void,
): Column<ListedUser, UserSort>[] {
  return useMemo(
    () => [
      {
        id: 'name',
        label: 'Name',
        sort: 'name',
        ascending: true,
        width: 280,
        render: (user) => (
          <span className={classes.person}>
            <Checkbox
              size="xs"
              aria-label={`Choose ${nameOf(user)}`}
              checked={selected.has(user.id)}
              onChange={() => toggle(user)}
              onClick={(event) => event.stopPropagation()}
            />
            <span className={classes.names}>
              <Link
                from="/users"
                to="/users/$id"
                params={{ id: user.id }}
                search={(current) => current}
                resetScroll={false}
                className={classes.name}
              >
                {nameOf(user)}
              </Link>
              {user.full_name && <span className={classes.soft}>{user.email}</span>}
            </span>
          </span>
        ),
      },
      {
        id: 'role',
        label: 'Role',
        width: 110,
        render: (user) => ROLE_LABELS[user.role as Role] ?? user.role,
      },
      { id: 'state', label: 'State', width: 150, render: (user) => <UserState user={user} /> },
      {
        id: 'domains',
        label: 'Domains',
        definition: 'The websites assigned to them. Rose staff see every one without.',
        width: 200,
        render: (user) => <Domains user={user} />,
      },
      {
        id: 'last_sign_in',
        label: 'Last sign-in',
        sort: 'last_sign_in',
        width: 130,
        render: (user) =>
          user.last_sign_in_at === null ? 'Never' : formatAge(user.last_sign_in_at),
      },
      {
        id: 'sessions',
        label: 'Sessions',
        definition: 'Browsers in which they are signed in now.',
        sort: 'sessions',
        number: true,
        width: 100,
        render: (user) => formatCount(user.sessions),
      },
      {
        id: 'factor',
        label: 'Second factor',
        width: 140,
        render: (user) => <SecondFactor user={user} />,
      },
    ],
    [selected, toggle],
  );
}

function Domains({ user }: { user: ListedUser }) {
  if (user.role === 'admin') return <span className={classes.soft}>All</span>;
  const [first, ...others] = user.site_domains;
  if (first === undefined) return <span className={classes.soft}>None</span>;
  return (
    <span title={user.site_domains.join(', ')}>
      {first}
      {others.length > 0 && <span className={classes.soft}> and {others.length} more</span>}
    </span>
  );
}

export function SecondFactor({ user }: { user: ListedUser }) {
  if (user.has_second_factor) {
    return (
      <span className={classes.factor} data-on>
        <IconShieldCheck size={15} aria-hidden /> On
      </span>
    );
  }
  if (!user.needs_second_factor) return <span className={classes.soft}>Off</span>;
  return (
    <span className={classes.factor} title="Until they turn it on, they see nothing.">
      <IconShieldX size={15} aria-hidden /> Missing
    </span>
  );
}
