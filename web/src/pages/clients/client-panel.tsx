import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { type Client, type ClientDomain, useClientOf } from '@/data/clients';
import { useTimezoneChange } from '@/data/timezone-change';
import { useIsStaff } from '@/data/use-is-staff';
import { CLIENT_TABS, type ClientTab } from '@/lib/client-filters';
import { useShortcuts } from '@/lib/shortcuts';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { PanelTabs } from '@/ui/panel-tabs';
import { SidePanel } from '@/ui/side-panel';
import { ArchiveTab } from './archive-tab';
import { HostsTab } from './hosts-tab';
import { KeysTab } from './keys-tab';
import { OverviewTab } from './overview-tab';
import { TimezoneTab } from './timezone-tab';

const route = getRouteApi('/shell/clients/$site');
const LABELS: Record<ClientTab, string> = {
  overview: 'Overview',
  keys: 'Keys',
  hosts: 'Hosts',
  timezone: 'Timezone',
  archive: 'Archive',
};

/** One website: what it is reached and written with, and what staff may do to it. */
export function ClientPanel() {
  const { site } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const isStaff = useIsStaff();
  const close = () =>
    void navigate({
      to: '/clients',
      search: (now) => ({ ...now, tab: undefined }),
      resetScroll: false,
    });
  useShortcuts({ Escape: close });
  if (!isStaff) return null;
  return (
    <SidePanel
      label="Website"
      id={site}
      title={site}
      onClose={close}
      actions={
        <Tooltip label="Close (Esc)">
          <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={close}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      }
    >
      <Website
        key={site}
        site={site}
        tab={tab}
        onTab={(next) =>
          void navigate({
            search: (now) => ({ ...now, tab: next }),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </SidePanel>
  );
}

type WebsiteProps = {
  site: string;
  tab: ClientTab | undefined;
  onTab: (tab: ClientTab | undefined) => void;
};

function Website({ site, tab, onTab }: WebsiteProps) {
  const { data, error, refetch } = useClientOf(site);
  // Followed here, whichever tab is looked at: at its end days and figures are others.
  useTimezoneChange(site);
  if (data === undefined) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return <PanelSkeleton label="Loading the website" />;
  }
  if (data === null) {
    return <EmptyState title="There is no such website">It may have been misspelt.</EmptyState>;
  }
  const { client, domain }: { client: Client; domain: ClientDomain } = data;
  return (
    <PanelTabs tabs={CLIENT_TABS} labels={LABELS} value={tab} onChange={onTab}>
      <Tabs.Panel value="overview">
        <OverviewTab client={client} domain={domain} />
      </Tabs.Panel>
      <Tabs.Panel value="keys">
        <KeysTab domain={domain} />
      </Tabs.Panel>
      <Tabs.Panel value="hosts">
        <HostsTab domain={domain} />
      </Tabs.Panel>
      <Tabs.Panel value="timezone">
        <TimezoneTab domain={domain} />
      </Tabs.Panel>
      <Tabs.Panel value="archive">
        <ArchiveTab client={client} domain={domain} />
      </Tabs.Panel>
    </PanelTabs>
  );
}
