import { Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { RUN_KINDS, RUN_STATES, type RunKind, type RunState, useRuns } from '@/data/crm-runs';
import type { Domain } from '@/data/domains';
import { EmptyState } from '@/ui/empty-state';
import { Feed } from '@/ui/feed';
import classes from './integrations.module.css';
import { RunRow } from './run-row';
import { RUN_KIND_LABELS, RUN_STATE_LABELS } from './words';

const route = getRouteApi('/shell/integrations');
type RunsSectionProps = { domain: Domain; connected: boolean };

/** The runs of a website, the latest first. */
export function RunsSection({ domain, connected }: RunsSectionProps) {
  const { kind, state } = route.useSearch();
  const navigate = route.useNavigate();
  const runs = useRuns(domain.site_domain, { kind, state });
  const change = (changed: { kind?: RunKind; state?: RunState }) =>
    void navigate({ search: (now) => ({ ...now, ...changed }), replace: true, resetScroll: false });
  return (
    <div className={classes.part}>
      <search className={classes.filters}>
        <Select
          aria-label="Kind of run"
          placeholder="Any kind"
          size="xs"
          clearable
          data={RUN_KINDS.map((value) => ({ value, label: RUN_KIND_LABELS[value] }))}
          value={kind ?? null}
          onChange={(value) => change({ kind: (value ?? undefined) as RunKind | undefined })}
        />
        <Select
          aria-label="State of the run"
          placeholder="Any state"
          size="xs"
          clearable
          data={RUN_STATES.map((value) => ({ value, label: RUN_STATE_LABELS[value] }))}
          value={state ?? null}
          onChange={(value) => change({ state: (value ?? undefined) as RunState | undefined })}
        />
      </search>
      <Feed
        list={runs}
        loading="Loading the runs"
        empty={
          <EmptyState title={kind || state ? 'No run matches these filters' : 'No runs yet'}>
            {connected
              ? 'A dry run tells what would be written; Sync now writes it.'
              : 'Connect HubSpot first.'}
          </EmptyState>
        }
      >
        {(rows) => (
          <ul aria-label="Runs">
            {rows.map((run) => (
              <RunRow key={run.id} run={run} domain={domain} />
            ))}
          </ul>
        )}
      </Feed>
    </div>
  );
}
