import { Tabs } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useDomains } from '@/data/domains';
import { useEnrichments } from '@/data/enrichments';
import { TRAFFIC } from '@/data/keys';
import { useScope } from '@/data/use-scope';
import { useVisitor } from '@/data/visitor';
import { visitorFilter } from '@/data/visitor-filter';
import { useVisitorList } from '@/data/visitor-list';
import { VISITOR_TABS, type VisitorTab } from '@/lib/people-filters';
import { visitorLabel } from '@/lib/visitor-label';
import { EnrichmentTable } from '@/ui/enrichment-table';
import { ErrorState } from '@/ui/error-state';
import { neighboursOf } from '@/ui/neighbours';
import { PanelActions } from '@/ui/panel-actions';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { PanelTabs } from '@/ui/panel-tabs';
import { SidePanel } from '@/ui/side-panel';
import { ActivitySection } from './activity-section';
import { PrivacySection } from './privacy-section';
import { SessionsSection } from './sessions-section';
import { VisitorHeader } from './visitor-header';

const route = getRouteApi('/shell/visitors/$domain/$id');
const TAB_LABELS: Record<VisitorTab, string> = {
  activity: 'Activity',
  sessions: 'Sessions',
  enrichment: 'Enrichment',
  privacy: 'Privacy',
};

/** One visitor: who it is, and everything that happened. */
export function VisitorPanel() {
  const { domain, id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const scope = useScope(search);
  const filter = useMemo(() => visitorFilter(scope, search), [scope, search]);
  const list = useVisitorList(scope.siteDomains, filter, search.sort);
  const { data, error, refetch } = useVisitor(domain, id);
  const timezone = useDomains().find((each) => each.site_domain === domain)?.timezone ?? 'UTC';

  const close = () =>
    void navigate({
      to: '/visitors',
      search: (current) => ({ ...current, tab: undefined, kinds: undefined }),
      resetScroll: false,
    });
  const erased = () => {
    close();
    // Whoever was erased is not there to be asked for again.
    void queryClient.invalidateQueries({
      queryKey: [TRAFFIC],
      predicate: ({ queryKey }) => !JSON.stringify(queryKey).includes(id),
    });
  };
  const neighbours = neighboursOf(list, { domain, id }, (row) => {
    void navigate({
      to: '/visitors/$domain/$id',
      params: { domain: row.site_domain, id: row.id },
      search: (current) => current,
      replace: true,
      resetScroll: false,
    });
  });

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton label="Loading the visitor" />;
    return (
      <>
        <VisitorHeader visitor={data} timezone={timezone} />
        <PanelTabs
          tabs={VISITOR_TABS}
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
            <ActivitySection domain={domain} id={id} timezone={timezone} />
          </Tabs.Panel>
          <Tabs.Panel value="sessions">
            <SessionsSection domain={domain} id={id} timezone={timezone} />
          </Tabs.Panel>
          <Tabs.Panel value="enrichment">
            <FoundOut domain={domain} id={id} timezone={timezone} />
          </Tabs.Panel>
          <Tabs.Panel value="privacy">
            <PrivacySection visitor={data} timezone={timezone} onErased={erased} />
          </Tabs.Panel>
        </PanelTabs>
      </>
    );
  };

  return (
    <SidePanel
      label="Visitor"
      id={`${domain} ${id}`}
      title={data ? visitorLabel(data) : error ? 'Visitor' : 'Loading…'}
      actions={<PanelActions what="visitor" neighbours={neighbours} onClose={close} />}
      onClose={close}
    >
      {body()}
    </SidePanel>
  );
}

type FoundOutProps = { domain: string; id: string; timezone: string };

function FoundOut({ domain, id, timezone }: FoundOutProps) {
  const answers = useEnrichments({ siteDomain: domain, visitorId: id });
  return (
    <EnrichmentTable
      answers={answers}
      timezone={timezone}
      hint="Who a visitor is comes from the page, the e-mail’s domain, colleagues at the same address and services."
    />
  );
}
