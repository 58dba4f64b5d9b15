import { ActionIcon, Button, Select, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useClientHosts } from '@/data/client-access';
import { useClientChange } from '@/data/client-changes';
import type { ClientDomain } from '@/data/clients';
import { fieldErrors } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { ConfirmDialog } from '@/ui/confirm-dialog';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import section from '@/ui/section.module.css';
import { AddressesSection } from './addresses-section';
import classes from './clients.module.css';

const ENVIRONMENTS = [
  { value: 'production', label: 'Production' },
  { value: 'staging', label: 'Staging' },
  { value: 'development', label: 'Development' },
];

/** Where a website's pages are, and which addresses do not count. */
export function HostsTab({ domain }: { domain: ClientDomain }) {
  const { site_domain: site } = domain;
  const { data, error, refetch } = useClientHosts(site);
  const [asked, setAsked] = useState<AskedHost | null>(null);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PanelSkeleton label="Loading the hosts" />;
  return (
    <div className={section.section}>
      <section className={classes.part} aria-label="Hosts">
        <p className={section.note}>
          Only pages on these hosts may load the widget’s settings. What production hosts send
          counts in figures; staging and development is stored apart. A change holds for what comes
          from now on.
        </p>
        <ul>
          {data.map(({ host, environment }) => (
            <li key={host} className={classes.key}>
              <div className={classes.line}>
                <span className={classes.strong}>{host}</span>
                <span className={classes.end}>
                  <Select
                    size="xs"
                    w={130}
                    aria-label={`Environment of ${host}`}
                    allowDeselect={false}
                    data={ENVIRONMENTS}
                    value={environment}
                    onChange={(value) =>
                      value && value !== environment && setAsked({ host, environment: value })
                    }
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove ${host}`}
                    onClick={() => setAsked({ host, environment: null })}
                  >
                    <IconTrash size={16} aria-hidden />
                  </ActionIcon>
                </span>
              </div>
              <span className={section.note}>Origin https://{host}</span>
            </li>
          ))}
        </ul>
        <HostForm site={site} />
      </section>
      <AddressesSection site={site} />
      {asked && <HostDialog site={site} asked={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** What is to become of a host: another environment, or (null) to be removed. */
type AskedHost = { host: string; environment: string | null };
type HostDialogProps = { site: string; asked: AskedHost; onClose: () => void };

/** Says what a change does to a website that people are looking at. */
function HostDialog({ site, asked: { host, environment }, onClose }: HostDialogProps) {
  const change = useClientChange();
  const label = ENVIRONMENTS.find(({ value }) => value === environment)?.label.toLowerCase();
  const confirm = () =>
    change.mutate(
      environment === null
        ? { kind: 'remove-host', domain: site, host }
        : { kind: 'put-host', domain: site, host, environment },
      { onSuccess: onClose },
    );
  return (
    <ConfirmDialog
      title={environment === null ? `Remove ${host}?` : `Make ${host} ${label}?`}
      action={environment === null ? 'Remove the host' : 'Change the environment'}
      danger={environment !== 'production'}
      pending={change.isPending}
      error={change.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text size="sm">
        {environment === null
          ? `The widget is refused on ${host} from now on: it disappears from pages there, and what they send does not count.`
          : environment === 'production'
            ? `What ${host} sends counts in the figures from now on.`
            : `What ${host} sends from now on is stored apart and does not count in the figures.`}
      </Text>
    </ConfirmDialog>
  );
}

function HostForm({ site }: { site: string }) {
  const [host, setHost] = useState('');
  const [environment, setEnvironment] = useState('staging');
  const change = useClientChange();
  const add = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { kind: 'put-host', domain: site, host, environment },
      { onSuccess: () => setHost('') },
    );
  };
  const { host: wrong } = fieldErrors(change.error);
  return (
    <form onSubmit={add} className={classes.line}>
      <TextInput
        label="Another host"
        placeholder={`staging.${site}`}
        value={host}
        error={wrong ?? (change.error ? toProblem(change.error).message : undefined)}
        onChange={(event) => {
          setHost(event.currentTarget.value);
          change.reset();
        }}
      />
      <Select
        label="Environment"
        w={140}
        allowDeselect={false}
        data={ENVIRONMENTS}
        value={environment}
        onChange={(value) => value && setEnvironment(value)}
      />
      <Button type="submit" size="xs" mt={22} loading={change.isPending} disabled={!host.trim()}>
        Add the host
      </Button>
    </form>
  );
}
