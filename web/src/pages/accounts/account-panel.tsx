import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { accountFilter } from '@/data/account-filter';
import { useAccountList } from '@/data/account-list';
import { useCompany } from '@/data/company';
import { useDomains } from '@/data/domains';
import { useEnrichments } from '@/data/enrichments';
import { useScope } from '@/data/use-scope';
import { ACCOUNT_TABS, type AccountTab } from '@/lib/people-filters';
import { EnrichmentTable } from '@/ui/enrichment-table';
import { ErrorState } from '@/ui/error-state';
import { neighboursOf } from '@/ui/neighbours';
import { PanelActions } from '@/ui/panel-actions';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { PanelTabs } from '@/ui/panel-tabs';
import { SidePanel } from '@/ui/side-panel';
import { AccountActivitySection } from './account-activity-section';
import { CompanyFacts } from './company-facts';
import { PeopleSection } from './people-section';
import { TopicsSection } from './topics-section';

const route = getRouteApi('/shell/accounts/$domain/$id');
const TAB_LABELS: Record<AccountTab, string> = {
  activity: 'Activity',
  visitors: 'Visitors',
  topics: 'Topics',
  sources: 'Sources',
};

/** One company: what is known of it, and everything its people did. */
export function AccountPanel() {
  const { domain, id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search);
  const filter = useMemo(() => accountFilter(scope, search), [scope, search]);
  const list = useAccountList(scope.siteDomains, filter, search.sort);
  const { data, error, refetch } = useCompany(domain, id);
  const answers = useEnrichments({ siteDomain: domain, accountId: id });
  const timezone = useDomains().find((each) => each.site_domain === domain)?.timezone ?? 'UTC';

  const close = () =>
    void navigate({
      to: '/accounts',
      search: (current) => ({ ...current, tab: undefined, kinds: undefined }),
      resetScroll: false,
    });
  const neighbours = neighboursOf(list, { domain, id }, (row) => {
    void navigate({
      to: '/accounts/$domain/$id',
      params: { domain: row.site_domain, id: row.id },
      search: (current) => current,
      replace: true,
      resetScroll: false,
    });
  });

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton label="Loading the account" />;
    return (
      <>
        <CompanyFacts company={data} answers={answers.data ?? []} timezone={timezone} />
        <PanelTabs
          tabs={ACCOUNT_TABS}
          labels={TAB_LABELS}
          value={search.tab}
          onChange={(tab) =>
            void navigate({
              search: (current) => ({ ...current, tab }),
              replace: true,
              resetScroll: false,
            })
          }
        >
          <Tabs.Panel value="activity">
            <AccountActivitySection domain={domain} id={id} timezone={timezone} />
          </Tabs.Panel>
          <Tabs.Panel value="visitors">
            <PeopleSection domain={domain} id={id} scope={scope} timezone={timezone} />
          </Tabs.Panel>
          <Tabs.Panel value="topics">
            <TopicsSection domain={domain} id={id} timezone={timezone} />
          </Tabs.Panel>
          <Tabs.Panel value="sources">
            <EnrichmentTable
              answers={answers}
              timezone={timezone}
              hint="What a company is comes from the directory, the page and services."
            />
          </Tabs.Panel>
        </PanelTabs>
      </>
    );
  };

  return (
    <SidePanel
      label="Account"
      id={`${domain} ${id}`}
      title={data?.name ?? (error ? 'Account' : 'Loading…')}
      actions={<PanelActions what="account" neighbours={neighbours} onClose={close} />}
      onClose={close}
    >
      {body()}
    </SidePanel>
  );
}
