import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useClientHosts } from '@/data/client-access';
import { useClientChange } from '@/data/client-changes';
import type { ClientDomain } from '@/data/clients';
import { fieldErrors } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import section from '@/ui/section.module.css';
import { tellFailure } from '@/ui/tell-failure';
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
  const change = useClientChange();
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
                      value &&
                      change.mutate(
                        { kind: 'put-host', domain: site, host, environment: value },
                        {
                          onError: (failure) =>
                            tellFailure('The environment was not changed', failure),
                        },
                      )
                    }
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove ${host}`}
                    onClick={() =>
                      change.mutate(
                        { kind: 'remove-host', domain: site, host },
                        { onError: (failure) => tellFailure('The host was not removed', failure) },
                      )
                    }
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
    </div>
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
