import { oneOf, parseScope, type Raw, type ScopeSearch, text } from '@/lib/filters';

export const USER_STATES = ['active', 'invited', 'expired', 'disabled'] as const;
export type UserState = (typeof USER_STATES)[number];

export const ROLES = ['admin', 'user'] as const;
export type Role = (typeof ROLES)[number];

export const USER_SORTS = ['name', 'newest', 'last_sign_in', 'sessions'] as const;
export type UserSort = (typeof USER_SORTS)[number];

export type UserSearch = ScopeSearch & {
  q?: string;
  role?: Role;
  state?: UserState;
  /** The domain assigned to them: `domain` is the one the other pages show. */
  of?: string;
  factor?: 'on' | 'off';
  sort?: UserSort;
};

export function parseUserSearch(raw: Raw): UserSearch {
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    role: oneOf(raw.role, ROLES),
    state: oneOf(raw.state, USER_STATES),
    of: text(raw.of, 253),
    factor: oneOf(raw.factor, ['on', 'off'] as const),
    sort: oneOf(raw.sort, USER_SORTS),
  };
}
