import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { clientFilter, useClientCount, useClients } from '@/data/clients';
import { useProfile } from '@/data/profile';
import { CLIENT_STATUSES, type ClientsSearch } from '@/lib/client-filters';
import { foundInWords } from '@/lib/found';
import { ExportButton } from '@/lists/export-button';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { ListFoot } from '@/ui/list-foot';
import { ListSkeleton } from '@/ui/list-skeleton';
import { PageHead } from '@/ui/page-head';
import { SearchInput } from '@/ui/search-input';
import { Split } from '@/ui/split';
import classes from './clients.module.css';
import { OrganizationDialog } from './organization-dialog';
import { OrganizationGroup } from './organization-group';

const route = getRouteApi('/shell/clients');
const STATUS_LABELS = { active: 'Active', archived: 'Archived', all: 'Active and archived' };

/** Organizations and their websites, for staff. */
export function ClientsPage() {
  const profile = useProfile();
  const isStaff = profile.data?.role === 'admin';
  if (profile.error && !profile.data) {
    return <ErrorState error={profile.error} onRetry={() => void profile.refetch()} />;
  }
  if (profile.data && !isStaff) {
    return (
      <>
        <PageHead title="Clients" />
        <EmptyState title="Clients are for Rose staff">
          Organizations, websites and their keys are kept by Rose. Ask your contact there to change
          one.
        </EmptyState>
      </>
    );
  }
  return (
    <Split panel={<Outlet />}>
      <PageHead
        title="Clients"
        note="Figures of the last 30 days, each in its website’s timezone"
      />
      <ClientList enabled={isStaff} />
    </Split>
  );
}

function ClientList({ enabled }: { enabled: boolean }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = clientFilter(search);
  const list = useClients(filter, enabled);
  const count = useClientCount(filter, enabled);
  const [creating, setCreating] = useState(false);
  const clients = list.data?.pages.flat() ?? [];
  const change = (changed: ClientsSearch) =>
    void navigate({ search: (now) => ({ ...now, ...changed }), replace: true });
  const filtered = Boolean(search.q ?? search.status);

  const body = () => {
    if (list.isError && !list.data) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    }
    if (!list.data) return <ListSkeleton label="Loading the clients" />;
    if (clients.length === 0) {
      return (
        <EmptyState
          title={filtered ? 'No client matches' : 'No clients yet'}
          actions={
            filtered ? (
              <Button
                size="xs"
                variant="default"
                onClick={() => change({ q: undefined, status: undefined })}
              >
                Show all active clients
              </Button>
            ) : (
              <Button size="xs" onClick={() => setCreating(true)}>
                Add an organization
              </Button>
            )
          }
        >
          {filtered
            ? 'Try other words, or look among the archived ones.'
            : 'Begin with an organization, then add its website.'}
        </EmptyState>
      );
    }
    return (
      <div className={classes.list} aria-busy={list.isPlaceholderData}>
        {clients.map((client) => (
          <OrganizationGroup key={client.id} client={client} />
        ))}
        <ListFoot list={list} shown={clients.length} />
      </div>
    );
  };

  return (
    <>
      <search className={classes.bar}>
        <SearchInput
          label="Search clients"
          className={classes.search}
          value={search.q}
          onChange={(q) => change({ q })}
        />
        <Select
          aria-label="Which clients"
          allowDeselect={false}
          data={Object.entries(STATUS_LABELS).map(([value, label]) => ({ value, label }))}
          value={search.status ?? 'active'}
          onChange={(status) => change({ status: CLIENT_STATUSES.find((each) => each === status) })}
        />
        <span className={classes.found} aria-live="polite">
          {foundInWords(count, 'website', 'websites')}
        </span>
        <div className={classes.tools}>
          <ExportButton list="clients" siteDomains={[]} filter={filter} total={count.data} />
          <Button
            size="xs"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setCreating(true)}
          >
            Add an organization
          </Button>
        </div>
      </search>
      {body()}
      {creating && <OrganizationDialog onClose={() => setCreating(false)} />}
    </>
  );
}
