import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { type ClientKey, useClientKeys } from '@/data/client-access';
import type { ClientDomain } from '@/data/clients';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';
import { HandOver } from './hand-over';
import { KeyRow } from './key-row';
import { works } from './key-state';
import { MintDialog } from './mint-dialog';
import { type ShownKey, ShownKeyDialog } from './shown-key-dialog';
import { useNow } from './use-now';

const KINDS = [
  { kind: 'public', title: 'Public keys, of the widget' },
  { kind: 'secret', title: 'Secret keys, of the agent’s backend' },
] as const;

/** What a website's widget and its agent's backend identify themselves with. */
export function KeysTab({ domain }: { domain: ClientDomain }) {
  const { site_domain: site } = domain;
  const { data, error, refetch } = useClientKeys(site);
  const now = useNow();
  const [minting, setMinting] = useState<'public' | 'secret' | null>(null);
  const [shown, setShown] = useState<ShownKey | null>(null);
  const [past, setPast] = useState(false);

  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PanelSkeleton label="Loading the keys" />;
  const gone = data.filter((key) => !works(key, now)).length;
  const shownKeys = (kind: string): ClientKey[] =>
    data.filter((key) => key.kind === kind && (past || works(key, now)));
  return (
    <div className={section.section}>
      {domain.archived_at !== null && (
        <p className={classes.note} data-tone="bad">
          The website is archived: none of its keys works until it is restored.
        </p>
      )}
      <HandOver keys={data} now={now} />
      {KINDS.map(({ kind, title }) => (
        <section key={kind} className={classes.part} aria-label={title}>
          <div className={classes.line}>
            <h3 className={classes.title}>{title}</h3>
            <span className={classes.end}>
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconPlus size={13} aria-hidden />}
                disabled={domain.archived_at !== null}
                onClick={() => setMinting(kind)}
              >
                New {kind} key
              </Button>
            </span>
          </div>
          {shownKeys(kind).length === 0 ? (
            <p className={section.note}>None that works.</p>
          ) : (
            <ul>
              {shownKeys(kind).map((key) => (
                <KeyRow key={key.id} site={site} of={key} now={now} onShown={setShown} />
              ))}
            </ul>
          )}
        </section>
      ))}
      {gone > 0 && (
        <Switch
          size="xs"
          label={`Show ended keys (${gone})`}
          checked={past}
          onChange={(event) => setPast(event.currentTarget.checked)}
        />
      )}
      {minting && (
        <MintDialog
          site={site}
          kind={minting}
          onShown={setShown}
          onClose={() => setMinting(null)}
        />
      )}
      {shown && <ShownKeyDialog shown={shown} onClose={() => setShown(null)} />}
    </div>
  );
}
