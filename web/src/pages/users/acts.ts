import type { UserAct } from '@/data/user-changes';
import type { ListedUser } from '@/data/users';
import { nameOf } from './user-columns';

export type Act = {
  id: UserAct;
  label: string;
  /** What happens, before it does; what needs no asking has none. */
  question?: string;
  effect?: (user: ListedUser) => string;
  done: (user: ListedUser) => string;
  danger?: boolean;
  /** Afterwards there is nobody to show. */
  isLast?: boolean;
};

const ACTS: Record<UserAct, Act> = {
  'invite-again': {
    id: 'invite-again',
    label: 'Invite again',
    done: (user) => `Another invitation is on its way to ${user.email}.`,
  },
  revoke: {
    id: 'revoke',
    label: 'Take the invitation back',
    question: 'Take the invitation back?',
    effect: (user) =>
      `The link that was sent to ${user.email} works no longer, and they leave this list. You can invite them again.`,
    done: (user) => `The invitation of ${user.email} is taken back.`,
    danger: true,
    isLast: true,
  },
  'reset-password': {
    id: 'reset-password',
    label: 'Reset the password',
    question: 'Send a link to choose a new password?',
    effect: (user) =>
      `${user.email} gets an e-mail with a link that works for an hour. The password they have works until they choose another.`,
    done: (user) => `A link to choose a new password is on its way to ${user.email}.`,
  },
  'sign-out': {
    id: 'sign-out',
    label: 'Sign out everywhere',
    question: 'Sign them out everywhere?',
    effect: (user) =>
      `Every browser in which ${nameOf(user)} is signed in asks for the password again, at the next click.`,
    done: (user) => `${nameOf(user)} is signed out everywhere.`,
  },
  'remove-second-factor': {
    id: 'remove-second-factor',
    label: 'Take the second factor away',
    question: 'Take their second factor away?',
    effect: (user) =>
      `For somebody who lost their device: make sure that it is ${nameOf(user)} who asks. They are signed out everywhere, and the password alone lets them in, to set up another.`,
    done: (user) => `${nameOf(user)} signs in with the password alone, until they set up another.`,
    danger: true,
  },
  disable: {
    id: 'disable',
    label: 'Disable',
    question: 'Disable this user?',
    effect: (user) =>
      `${nameOf(user)} is signed out at once and cannot sign in. What they wrote, their domains and their role are kept; you can enable them again.`,
    done: (user) => `${nameOf(user)} is disabled.`,
    danger: true,
  },
  enable: {
    id: 'enable',
    label: 'Enable',
    done: (user) => `${nameOf(user)} can sign in again.`,
  },
  delete: {
    id: 'delete',
    label: 'Delete',
    question: 'Delete this user for good?',
    effect: (user) =>
      `${nameOf(user)} is signed out at once, and the account is gone. Their reviews, notes, versions and tickets stay, without their name; so do the audit log’s entries. This cannot be undone.`,
    done: (user) => `${nameOf(user)} is deleted.`,
    danger: true,
    isLast: true,
  },
};

/** What can be done to somebody, as they are now. Nobody does to themselves what locks them out. */
export function actsOn(user: ListedUser, isMyself: boolean): Act[] {
  return idsOf(user, isMyself).map((act) => ACTS[act]);
}

function idsOf(user: ListedUser, isMyself: boolean): UserAct[] {
  if (user.state === 'disabled') return ['enable', 'delete'];
  if (user.state !== 'active') return ['invite-again', 'revoke'];
  if (isMyself) return ['reset-password', 'sign-out'];
  const factor: UserAct[] = user.has_second_factor ? ['remove-second-factor'] : [];
  return ['reset-password', 'sign-out', ...factor, 'disable', 'delete'];
}
