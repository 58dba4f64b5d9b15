import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useAgents } from '@/data/agents';
import type { Domain } from '@/data/domains';
import { useIsStaff } from '@/data/use-is-staff';
import { useScope } from '@/data/use-scope';
import { PickDomain } from '@/lists/pick-domain';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { AgentPanel } from './agent-panel';
import classes from './agents.module.css';
import { OpenAlerts } from './open-alert';

const route = getRouteApi('/shell/agents');

/** The agents of a website: whether each is on, and what really arrived of it. */
export function AgentsPage() {
  const { domain } = useScope(route.useSearch());
  return (
    <>
      <PageHead
        title="Agents"
        note={domain ? `${domain.site_domain} · days in ${domain.timezone}` : undefined}
      />
      {domain ? (
        <>
          <OpenAlerts domain={domain} />
          <Agents key={domain.site_domain} domain={domain} />
        </>
      ) : (
        <PickDomain title="Which domain?">
          Agents work for one website. Choose its domain here, or at the top of the page.
        </PickDomain>
      )}
    </>
  );
}

function Agents({ domain }: { domain: Domain }) {
  const { data, error, refetch } = useAgents(domain.site_domain);
  const isStaff = useIsStaff();
  if (!data) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return (
      <div className={classes.agents} role="status" aria-label="Loading the agents">
        <Skeleton height={240} radius="lg" />
        <Skeleton height={240} radius="lg" />
      </div>
    );
  }
  if (data.length === 0) {
    return (
      <EmptyState title="This website has no agents">
        Rose staff add agents in Settings, under Agents.
      </EmptyState>
    );
  }
  return (
    <>
      {error && (
        <p className={classes.stale} role="alert">
          What is shown may be old: the server did not answer just now. It is asked again.
        </p>
      )}
      <div className={classes.agents}>
        {data.map((agent) => (
          <AgentPanel key={agent.slug} agent={agent} domain={domain} isStaff={isStaff} />
        ))}
      </div>
    </>
  );
}
