import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { getRouteApi, Outlet, useParams } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useProfile } from '@/data/profile';
import { type ListedUser, userFilter, useUserCount, useUserList } from '@/data/users';
import { foundInWords } from '@/lib/found';
import { ExportButton } from '@/lists/export-button';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { ListSkeleton } from '@/ui/list-skeleton';
import { ListTable } from '@/ui/list-table';
import { PageHead } from '@/ui/page-head';
import { Split } from '@/ui/split';
import { AdminsPolicy } from './admins-policy';
import { BulkBar } from './bulk-bar';
import { InviteDialog } from './invite-dialog';
import { useUserColumns } from './user-columns';
import { UserFilters } from './user-filters';
import { NO_USER_FILTERS } from './words';

/** Everybody who signs in; for Rose staff, and nobody else is asked for. */
export function UsersPage() {
  const profile = useProfile();
  if (profile.error) {
    return <ErrorState error={profile.error} onRetry={() => void profile.refetch()} />;
  }
  if (!profile.data) return <ListSkeleton label="Loading the users" />;
  if (profile.data.role !== 'admin') {
    return (
      <>
        <PageHead title="Users" />
        <EmptyState title="This page is for Rose staff">
          Ask your contact at Rose to invite a colleague or to change what somebody sees.
        </EmptyState>
      </>
    );
  }
  return <Users />;
}

const route = getRouteApi('/shell/users');

function Users() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { id } = useParams({ strict: false });
  const [inviting, invitation] = useDisclosure(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const filter = useMemo(() => userFilter(search), [search]);
  const sort = search.sort ?? 'name';
  const list = useUserList(filter, sort);
  const count = useUserCount(filter);
  const rows = useMemo(() => list.data?.pages.flat() ?? [], [list.data]);
  // Whoever is not listed any more is not meant.
  const chosen = useMemo(
    () => rows.filter(({ id: each }) => selected.has(each)).map(({ id: each }) => each),
    [rows, selected],
  );
  const toggle = useCallback((user: ListedUser) => {
    setSelected((before) => {
      const after = new Set(before);
      if (!after.delete(user.id)) after.add(user.id);
      return after;
    });
  }, []);
  const columns = useUserColumns(selected, toggle);
  const open = useCallback(
    (user: ListedUser) =>
      void navigate({
        to: '/users/$id',
        params: { id: user.id },
        search: (current) => current,
        resetScroll: false,
      }),
    [navigate],
  );

  const body = () => {
    if (list.isError && !list.data) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    }
    if (!list.data) return <ListSkeleton label="Loading the users" />;
    if (rows.length === 0) {
      return (
        <EmptyState
          title="Nobody matches these filters"
          actions={
            <Button
              size="xs"
              variant="default"
              onClick={() => void navigate({ search: (now) => ({ ...now, ...NO_USER_FILTERS }) })}
            >
              Clear the filters
            </Button>
          }
        >
          Try other words, or invite them.
        </EmptyState>
      );
    }
    return (
      <ListTable
        label="Users"
        columns={columns}
        rows={rows}
        list={list}
        total={count.data}
        sort={sort}
        onSort={(wanted) =>
          void navigate({
            search: (now) => ({ ...now, sort: wanted === 'name' ? undefined : wanted }),
            replace: true,
            resetScroll: false,
          })
        }
        open={id ? { site_domain: '', id } : null}
        onOpen={open}
        busy={list.isPlaceholderData}
        timezone=""
      />
    );
  };

  return (
    <>
      <Split panel={<Outlet />}>
        <PageHead title="Users" note="Who signs in, as what, and for which websites." />
        <AdminsPolicy />
        <UserFilters
          found={foundInWords(count, 'user', 'users')}
          tools={
            <>
              <ExportButton
                list="users"
                siteDomains={[]}
                filter={filter}
                sort={sort}
                total={count.data}
              />
              <Button
                size="xs"
                leftSection={<IconUserPlus size={15} aria-hidden />}
                onClick={invitation.open}
              >
                Invite
              </Button>
            </>
          }
        />
        {chosen.length > 0 && <BulkBar userIds={chosen} onClear={() => setSelected(new Set())} />}
        {body()}
      </Split>
      {inviting && <InviteDialog onClose={invitation.close} />}
    </>
  );
}
