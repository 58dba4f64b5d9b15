import { Button, Drawer, Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { type ConfigurationVersion, useConfigurationHistory } from '@/data/configuration-history';
import type { Target } from '@/data/settings-api';
import { type Configuration, editedOf, overridden } from '@/lib/configuration';
import { formatDateTime } from '@/lib/format';
import { differences } from '@/lib/json';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { ChangesTable } from './changes-table';
import { useTimezone } from './editor-head';
import classes from './history.module.css';
import { RevertDialog } from './revert-dialog';

const route = getRouteApi('/shell/settings/$slug');

type HistoryProps = { row: Configuration; target: Target; dirty: boolean };

/** Who saved what and when, and the way back to each version. */
export function HistoryDrawer({ row, target, dirty }: HistoryProps) {
  const { history = false } = route.useSearch();
  const navigate = route.useNavigate();
  const close = () =>
    void navigate({
      search: (current) => ({ ...current, history: undefined }),
      resetScroll: false,
    });
  return (
    <Drawer
      opened={history}
      onClose={close}
      position="right"
      size="lg"
      title={`History of ${row.title}`}
    >
      <History row={row} target={target} dirty={dirty} />
    </Drawer>
  );
}

const ACTIONS: Record<string, string> = {
  save: 'saved it',
  reset: 'reset it',
  revert: 'went back',
  import: 'imported it',
};

export function said({ action, restored_from, author }: ConfigurationVersion): string {
  const what = ACTIONS[action] ?? action;
  const to = restored_from === null ? '' : ` to version ${restored_from}`;
  return `${author ?? 'An erased person'} ${what}${to}`;
}

function History({ row, target, dirty }: HistoryProps) {
  const list = useConfigurationHistory(target, row.config_slug);
  const timezone = useTimezone(target);
  const [chosen, setChosen] = useState<ConfigurationVersion | null>(null);
  const versions = list.data?.pages.flat() ?? [];
  const current = target === null ? row.global_version : row.site_version;

  if (list.isError && !list.data) {
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (!list.data) return <Skeleton height={160} role="status" aria-label="Loading the history" />;
  if (versions.length === 0) {
    return (
      <EmptyState title="Nothing was ever saved here">
        What is inherited holds. From the first save on, each one stands here with its author.
      </EmptyState>
    );
  }
  return (
    <>
      <ol className={classes.list} aria-label="Versions">
        {versions.map((version, index) => (
          <li key={version.version} className={classes.version}>
            <details>
              <summary className={classes.summary}>
                <span className={classes.name}>
                  Version {version.version}
                  {version.version === current && <span className={classes.now}>now</span>}
                </span>
                <span className={classes.who}>{said(version)}</span>
                <time className={classes.when} dateTime={version.created_at}>
                  {formatDateTime(version.created_at, timezone)}
                </time>
              </summary>
              <div className={classes.opened}>
                <VersionChanges
                  row={row}
                  target={target}
                  version={version}
                  earlier={versions[index + 1]}
                />
                {version.version !== current && (
                  <Button size="xs" variant="default" onClick={() => setChosen(version)}>
                    Compare with now
                  </Button>
                )}
              </div>
            </details>
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Older versions
        </Button>
      )}
      {chosen && (
        <RevertDialog
          row={row}
          target={target}
          dirty={dirty}
          version={chosen}
          onClose={() => setChosen(null)}
        />
      )}
    </>
  );
}

type VersionChangesProps = {
  row: Configuration;
  target: Target;
  version: ConfigurationVersion;
  /** The one before; undefined while it is on a page that is not loaded. */
  earlier: ConfigurationVersion | undefined;
};

/** What a save changed of what holds, as far as what is inherited is still the same. */
function VersionChanges({ row, target, version, earlier }: VersionChangesProps) {
  const { strategy, inherited } = editedOf(row, target === null);
  const isKnown = earlier !== undefined || version.version === 1;
  const changes = isKnown
    ? differences(
        overridden(strategy, inherited, earlier?.config ?? null),
        overridden(strategy, inherited, version.config),
      )
    : version.changes.filter((each) => each.pointer !== '');
  const switched = isKnown
    ? { before: earlier?.enabled ?? null, after: version.enabled }
    : undefined;
  if (changes.length === 0 && switched?.before === switched?.after) {
    return <p className={classes.soft}>It changed nothing of what holds.</p>;
  }
  return (
    <ChangesTable
      label={`What version ${version.version} changed`}
      schema={row.schema}
      changes={changes}
      switched={switched}
    />
  );
}
