import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Client, ClientDomain } from '@/data/clients';
import { formatAge, formatCount } from '@/lib/format';
import { Panel } from '@/ui/panel';
import { ArchiveOrganizationDialog } from './archive-organization-dialog';
import classes from './clients.module.css';
import { DayBars } from './day-bars';
import { DomainDialog } from './domain-dialog';
import { OrganizationDialog } from './organization-dialog';

type Open = 'domain' | 'rename' | 'archive';

/** An organization with its websites. */
export function OrganizationGroup({ client }: { client: Client }) {
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const archived = client.archived_at !== null;
  return (
    <Panel
      title={client.name}
      note={archived ? <span className={classes.badge}>Archived</span> : undefined}
      actions={
        <>
          {!archived && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              aria-label={`Add a website of ${client.name}`}
              onClick={() => setOpen('domain')}
            >
              Website
            </Button>
          )}
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={`More of ${client.name}`}>
                <IconDots size={17} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setOpen('rename')}>Rename…</Menu.Item>
              <Menu.Item onClick={() => setOpen('archive')}>
                {archived ? 'Restore…' : 'Archive…'}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      {client.domains.length === 0 ? (
        <p className={classes.text}>No website here yet. Add one to get its snippet and keys.</p>
      ) : (
        <ul className={classes.rows} aria-label={`Websites of ${client.name}`}>
          {client.domains.map((domain) => (
            <li key={domain.site_domain}>
              <DomainRow domain={domain} />
            </li>
          ))}
        </ul>
      )}
      {open === 'domain' && <DomainDialog client={client} onClose={close} />}
      {open === 'rename' && <OrganizationDialog client={client} onClose={close} />}
      {open === 'archive' && <ArchiveOrganizationDialog client={client} onClose={close} />}
    </Panel>
  );
}

function DomainRow({ domain }: { domain: ClientDomain }) {
  const { site } = useParams({ strict: false });
  return (
    <Link
      from="/clients"
      to="/clients/$site"
      params={{ site: domain.site_domain }}
      search={(now) => now}
      resetScroll={false}
      className={classes.row}
      data-open={site === domain.site_domain || undefined}
    >
      <span className={classes.name}>
        <span className={classes.domain}>{domain.site_domain}</span>{' '}
        {domain.archived_at !== null && <span className={classes.badge}>Archived</span>}
        <span className={classes.about}>
          {domain.name} · {domain.timezone}
        </span>
      </span>
      <span className={classes.number}>
        {formatCount(domain.conversations)}
        <span className={classes.unit}>conversations</span>
      </span>
      <span className={classes.number}>
        {formatCount(domain.visitors)}
        <span className={classes.unit}>visitors</span>
      </span>
      <DayBars domain={domain} />
      <span className={classes.soft}>
        {domain.last_event_at ? `Event ${formatAge(domain.last_event_at)}` : 'No event yet'}
      </span>
    </Link>
  );
}
