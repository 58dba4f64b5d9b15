import type { Role, UserSearch, UserState } from '@/lib/user-filters';

export const STATE_LABELS: Record<UserState, string> = {
  active: 'Active',
  invited: 'Invited',
  expired: 'Invitation expired',
  disabled: 'Disabled',
};
export const STATE_DEFINITIONS: Record<UserState, string> = {
  active: 'Signs in with a password, a link or another service.',
  invited: 'Was sent an e-mail and has not accepted yet.',
  expired: 'Did not accept in time, so the link works no longer. Invite them again.',
  disabled: 'Cannot sign in. What they wrote is kept.',
};

export const ROLE_LABELS: Record<Role, string> = { admin: 'Rose staff', user: 'Client user' };

export const NO_USER_FILTERS = {
  q: undefined,
  role: undefined,
  state: undefined,
  of: undefined,
  factor: undefined,
} satisfies UserSearch;
