import { Button } from '@mantine/core';
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconRefresh,
} from '@tabler/icons-react';
import { useState } from 'react';
import { isActive, useRuns, useStartRun } from '@/data/crm-runs';
import type { Domain } from '@/data/domains';
import { type Integration, useConnect, usePause } from '@/data/integration';
import { formatAge, formatDateTime } from '@/lib/format';
import { notify } from '@/ui/notify';
import { Panel } from '@/ui/panel';
import { tellFailure } from '@/ui/tell-failure';
import { DisconnectDialog } from './disconnect-dialog';
import classes from './integrations.module.css';
import { NotConfigured } from './not-configured';
import { Scopes } from './scopes';
import { StateBadge } from './state-badge';
import { STATES } from './words';

type ConnectionPanelProps = { integration: Integration; domain: Domain };

/** The connection of a website, and what one does with it. */
export function ConnectionPanel({ integration, domain }: ConnectionPanelProps) {
  const { connection, configured } = integration;
  const state = connection?.state ?? 'disconnected';
  const live = state === 'connected' || state === 'paused';
  const [leaving, setLeaving] = useState(false);
  const connect = useConnect(domain.site_domain);
  const pause = usePause(domain.site_domain);
  const goThere = () =>
    connect.mutate(undefined, {
      onSuccess: ({ url }) => window.location.assign(url),
      onError: (error) => tellFailure('HubSpot was not connected', error),
    });
  const setPaused = (paused: boolean) =>
    pause.mutate(paused, {
      onSuccess: () =>
        void notify({ message: paused ? 'Nothing is exchanged until it is resumed.' : 'Resumed.' }),
      onError: (error) => tellFailure('This was not changed', error),
    });

  return (
    <Panel
      title="HubSpot"
      note={<StateBadge state={state}>{STATES[state]}</StateBadge>}
      actions={
        <>
          {configured && live && state === 'connected' && <RunButtons domain={domain} />}
          {live && (
            <Button
              size="xs"
              variant="default"
              loading={pause.isPending}
              leftSection={
                state === 'paused' ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />
              }
              onClick={() => setPaused(state !== 'paused')}
            >
              {state === 'paused' ? 'Resume' : 'Pause'}
            </Button>
          )}
          {connection && state !== 'disconnected' && (
            <Button size="xs" variant="default" onClick={() => setLeaving(true)}>
              Disconnect
            </Button>
          )}
          {configured && !live && (
            <Button
              size="xs"
              loading={connect.isPending}
              leftSection={<IconPlugConnected size={15} aria-hidden />}
              onClick={goThere}
            >
              {state === 'revoked' ? 'Connect again' : 'Connect HubSpot'}
            </Button>
          )}
        </>
      }
    >
      {!configured && <NotConfigured integration={integration} />}
      {connection && state !== 'disconnected' ? (
        <p className={classes.text}>
          Account {connection.portal_name || connection.portal_id}, connected{' '}
          {formatDateTime(connection.connected_at, domain.timezone)}
          {connection.connected_by && ` by ${connection.connected_by}`}.{' '}
          {connection.pushed_until
            ? `Last synced ${formatAge(connection.pushed_until)}; every 15 minutes by itself.`
            : 'Not synced yet. Look at a dry run first: it writes nothing.'}
        </p>
      ) : (
        configured && (
          <p className={classes.text}>
            Known visitors become contacts, accounts become companies, conversations become notes.
            Owner, lifecycle stage and deals come back. Nothing is sent before you connect
            {connection ? '; what was exchanged before is kept' : ''}.
          </p>
        )
      )}
      {state === 'paused' && (
        <p className={classes.notice}>Paused: nothing is sent or read until it is resumed.</p>
      )}
      {state === 'revoked' && (
        <p className={classes.notice} data-bad role="alert">
          HubSpot accepts the connection no more: {connection?.reason}. Connect again; what was
          exchanged is kept and nothing is sent twice.
        </p>
      )}
      {configured && (
        <Scopes scopes={integration.scopes} granted={live ? connection?.scopes : null} />
      )}
      {leaving && <DisconnectDialog domain={domain} onClose={() => setLeaving(false)} />}
    </Panel>
  );
}

function RunButtons({ domain }: { domain: Domain }) {
  const runs = useRuns(domain.site_domain);
  const start = useStartRun(domain.site_domain);
  const busy = runs.data?.pages.flat().some(isActive) ?? false;
  const begin = (kind: 'sync' | 'dry_run', full = false) =>
    start.mutate(
      { kind, full },
      { onError: (error) => tellFailure('The run was not started', error) },
    );
  return (
    <>
      <Button
        size="xs"
        variant="default"
        disabled={busy}
        loading={start.isPending}
        onClick={() => begin('dry_run', true)}
      >
        Dry run
      </Button>
      <Button
        size="xs"
        disabled={busy}
        loading={start.isPending}
        leftSection={<IconRefresh size={15} aria-hidden />}
        onClick={() => begin('sync')}
      >
        Sync now
      </Button>
    </>
  );
}
