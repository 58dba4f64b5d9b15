import { Skeleton, Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useFailureCount } from '@/data/crm-failures';
import type { Domain } from '@/data/domains';
import { useIntegration } from '@/data/integration';
import { useProfile } from '@/data/profile';
import { useScope } from '@/data/use-scope';
import { INTEGRATION_VIEWS, type IntegrationView } from '@/lib/filters';
import { formatCount } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { PanelTabs } from '@/ui/panel-tabs';
import { ConnectionPanel } from './connection-panel';
import { FailuresSection } from './failures-section';
import classes from './integrations.module.css';
import { MappingSection } from './mapping-section';
import { RunsSection } from './runs-section';
import { Websites } from './websites';

const route = getRouteApi('/shell/integrations');

/** HubSpot of each website: connected or not, what goes where, how it went. */
export function IntegrationsPage() {
  const { domain } = useScope(route.useSearch());
  const { data: profile, error, refetch } = useProfile();

  const body = () => {
    // Clients would only be refused: nothing is asked before it is known who asks.
    if (!profile) {
      return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Loading />;
    }
    if (profile.role !== 'admin') {
      return (
        <EmptyState title="Integrations are for Rose staff">
          Ask your contact at Rose to connect HubSpot for your website.
        </EmptyState>
      );
    }
    return domain ? <Website key={domain.site_domain} domain={domain} /> : <Websites />;
  };

  return (
    <>
      <PageHead title="Integrations" note={domain ? domain.site_domain : undefined} />
      {body()}
    </>
  );
}

function Loading() {
  return (
    <div className={classes.parts} role="status" aria-label="Loading the integration">
      <Skeleton height={180} radius="lg" />
      <Skeleton height={280} radius="lg" />
    </div>
  );
}

function Website({ domain }: { domain: Domain }) {
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useIntegration(domain.site_domain);
  const failures = useFailureCount(domain.site_domain);
  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Loading />;
  }
  const failed = failures.data ?? 0;
  const labels: Record<IntegrationView, string> = {
    runs: 'Runs',
    failures: failed > 0 ? `Failed records (${formatCount(failed)})` : 'Failed records',
    mapping: 'What goes where',
  };
  return (
    <div className={classes.parts}>
      <ConnectionPanel integration={data} domain={domain} />
      <section aria-label="Details">
        <PanelTabs
          tabs={INTEGRATION_VIEWS}
          labels={labels}
          value={view}
          onChange={(next) =>
            void navigate({
              search: (now) => ({ ...now, view: next }),
              replace: true,
              resetScroll: false,
            })
          }
        >
          <Tabs.Panel value="runs">
            <RunsSection domain={domain} connected={data.connection !== null} />
          </Tabs.Panel>
          <Tabs.Panel value="failures">
            <FailuresSection domain={domain} mapping={data.mapping} />
          </Tabs.Panel>
          <Tabs.Panel value="mapping">
            <MappingSection domain={domain} integration={data} />
          </Tabs.Panel>
        </PanelTabs>
      </section>
    </div>
  );
}
