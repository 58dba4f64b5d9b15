import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { keysetOptions } from '@/data/keyset';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';
import type { UserSearch, UserSort } from '@/lib/user-filters';

type Row = Database['public']['Functions']['get_users']['Returns'][number];
/** Lists know their rows by website and id; people belong to none. */
export type ListedUser = Nullable<
  Row,
  'last_sign_in_at' | 'invited_at' | 'invited_by' | 'invitation_expires_at' | 'disabled_at'
> & { site_domain: '' };

export type UserFilter = {
  search?: string;
  role?: string;
  state?: string;
  domain?: string;
  second_factor?: boolean;
  id?: string;
};

export const USERS = 'users';
const PAGE_SIZE = 50;

export function userFilter({ q, role, state, of, factor }: UserSearch): UserFilter {
  return {
    ...(q && { search: q }),
    ...(role && { role }),
    ...(state && { state }),
    ...(of && { domain: of }),
    ...(factor && { second_factor: factor === 'on' }),
  };
}

async function fetchUsers(
  { client }: Backend,
  asked: { p_filter: UserFilter; p_sort?: UserSort; p_limit?: number; p_after?: Row['cursor'] },
  signal: AbortSignal,
): Promise<ListedUser[]> {
  const rows: Row[] = unwrap(await client.rpc('get_users', asked).abortSignal(signal));
  return rows.map((row) => ({ ...row, site_domain: '' }) as ListedUser);
}

/** The people who sign in, a page at a time; for staff. */
export function useUserList(filter: UserFilter, sort: UserSort) {
  const backend = useBackend();
  return useInfiniteQuery(
    keysetOptions<ListedUser>({
      queryKey: [USERS, 'list', filter, sort],
      pageSize: PAGE_SIZE,
      fetchPage: (after, signal) =>
        fetchUsers(
          backend,
          { p_filter: filter, p_sort: sort, p_limit: PAGE_SIZE, p_after: after },
          signal,
        ),
    }),
  );
}

/** How many people the filter finds. */
export function useUserCount(filter: UserFilter) {
  const { client } = useBackend();
  return useQuery({
    queryKey: [USERS, 'count', filter],
    queryFn: async ({ signal }) =>
      unwrap(await client.rpc('count_users', { p_filter: filter }).abortSignal(signal)),
    placeholderData: keepPreviousData,
  });
}

/** One person; null when there is none. */
export function useUser(id: string) {
  const backend = useBackend();
  return useQuery({
    queryKey: [USERS, 'one', id],
    queryFn: async ({ signal }) =>
      (await fetchUsers(backend, { p_filter: { id } }, signal))[0] ?? null,
  });
}
