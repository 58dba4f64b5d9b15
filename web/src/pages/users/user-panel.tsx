import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type ListedUser, userFilter, useUser, useUserList } from '@/data/users';
import { formatAge, formatCount } from '@/lib/format';
import type { Role } from '@/lib/user-filters';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { Facts } from '@/ui/facts';
import { neighboursOf } from '@/ui/neighbours';
import { PanelActions } from '@/ui/panel-actions';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { SidePanel } from '@/ui/side-panel';
import { UserActs } from './user-acts';
import { nameOf, SecondFactor } from './user-columns';
import { UserForm } from './user-form';
import { UserState } from './user-state';
import { ROLE_LABELS } from './words';

const route = getRouteApi('/shell/users/$id');

/** One person: who they are to the product, and what can be done about it. */
export function UserPanel() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(() => userFilter(search), [search]);
  const list = useUserList(filter, search.sort ?? 'name');
  const { data, error, refetch } = useUser(id);

  const close = () =>
    void navigate({ to: '/users', search: (current) => current, resetScroll: false });
  const neighbours = neighboursOf(list, { domain: '', id }, (row) => {
    void navigate({
      to: '/users/$id',
      params: { id: row.id },
      search: (current) => current,
      replace: true,
      resetScroll: false,
    });
  });

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (data === undefined) return <PanelSkeleton label="Loading the user" />;
    if (data === null) {
      return (
        <EmptyState title="There is no such user">
          They were deleted, or their invitation was taken back.
        </EmptyState>
      );
    }
    return (
      <>
        <UserFacts user={data} />
        <UserForm key={formKey(data)} user={data} />
        <UserActs user={data} onGone={close} />
      </>
    );
  };

  return (
    <SidePanel
      label="User"
      id={id}
      title={data ? nameOf(data) : error || data === null ? 'User' : 'Loading…'}
      actions={<PanelActions what="user" neighbours={neighbours} onClose={close} />}
      onClose={close}
    >
      {body()}
    </SidePanel>
  );
}

/** The form begins anew with what is saved, whoever saved it. */
function formKey({ id, full_name, role, mfa_required, site_domains }: ListedUser): string {
  return JSON.stringify([id, full_name, role, mfa_required, site_domains]);
}

function UserFacts({ user }: { user: ListedUser }) {
  const invited =
    user.invited_at &&
    `${formatAge(user.invited_at)}${user.invited_by ? ` by ${user.invited_by}` : ''}`;
  return (
    <Facts
      label="What is known"
      facts={[
        ['E-mail', user.email],
        ['Role', ROLE_LABELS[user.role as Role] ?? user.role],
        ['State', <UserState key="state" user={user} />],
        ['Last sign-in', user.last_sign_in_at ? formatAge(user.last_sign_in_at) : 'Never'],
        [
          'Signed in now',
          `${formatCount(user.sessions)} ${user.sessions === 1 ? 'browser' : 'browsers'}`,
        ],
        ['Second factor', <SecondFactor key="factor" user={user} />],
        ['Invited', invited],
        ['Disabled', user.disabled_at && formatAge(user.disabled_at)],
      ]}
    />
  );
}
