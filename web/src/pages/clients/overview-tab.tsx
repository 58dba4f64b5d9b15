import { Button, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useClientChange } from '@/data/client-changes';
import type { Client, ClientDomain } from '@/data/clients';
import { fieldErrors } from '@/data/server-api';
import { today } from '@/lib/dates';
import { toProblem } from '@/lib/errors';
import { formatAge, formatCount, formatDateTime } from '@/lib/format';
import { Facts } from '@/ui/facts';
import { notify } from '@/ui/notify';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';
import { DayBars } from './day-bars';

type OverviewTabProps = { client: Client; domain: ClientDomain };

/** What happened on a website lately, and how it is called. */
export function OverviewTab({ client, domain }: OverviewTabProps) {
  const range = {
    domain: domain.site_domain,
    from: domain.first_day,
    to: today(domain.timezone),
  };
  const shown = domain.archived_at === null;
  const conversations = formatCount(domain.conversations);
  const visitors = formatCount(domain.visitors);
  const toConversations = (
    <Link to="/conversations" search={range}>
      {conversations}
    </Link>
  );
  const toVisitors = (
    <Link to="/visitors" search={{ ...range, did: 'active' as const }}>
      {visitors}
    </Link>
  );
  return (
    <div className={section.section}>
      {domain.archived_at !== null && (
        <p className={classes.note}>
          Archived {formatAge(domain.archived_at)}: its keys do not work. Its data is kept; restore
          it under Archive.
        </p>
      )}
      <Facts
        label="Website"
        facts={[
          ['Organization', client.name],
          ['Timezone', domain.timezone],
          ['Added', formatDateTime(domain.created_at, domain.timezone)],
          ['Conversations, 30 days', shown ? toConversations : conversations],
          ['Visitors, 30 days', shown ? toVisitors : visitors],
          [
            'Last event',
            domain.last_event_at
              ? `${formatAge(domain.last_event_at)} (${formatDateTime(domain.last_event_at, domain.timezone)})`
              : 'None yet: is the snippet on the website?',
          ],
        ]}
      />
      <DayBars domain={domain} />
      <p className={section.note}>
        Conversations by day, days in {domain.timezone}, the last one being today.
      </p>
      <NameForm key={domain.site_domain} domain={domain} />
    </div>
  );
}

function NameForm({ domain }: { domain: ClientDomain }) {
  // Not touched yet: the name as it is, whoever changes it. `was` is what somebody saw who began to type.
  const [edit, setEdit] = useState<{ name: string; was: string } | null>(null);
  const change = useClientChange();
  const errors = fieldErrors(change.error);
  const name = edit?.name ?? domain.name;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!edit) return;
    // Who was told of another name and saves again, means it.
    const was = change.error ? domain.name : edit.was;
    change.mutate(
      { kind: 'rename-domain', domain: domain.site_domain, name, was },
      {
        onSuccess: () => {
          setEdit(null);
          void notify({ message: `Renamed to ${name.trim()}.` });
        },
      },
    );
  };
  const other = change.error && !errors.name ? toProblem(change.error).message : undefined;
  return (
    <form onSubmit={save} className={classes.line}>
      <TextInput
        label="Name"
        maxLength={200}
        value={name}
        error={errors.name ?? other}
        onChange={(event) =>
          setEdit({ name: event.currentTarget.value, was: edit?.was ?? domain.name })
        }
      />
      {name.trim() !== domain.name && (
        <Button type="submit" size="xs" mt={22} loading={change.isPending} disabled={!name.trim()}>
          Save the name
        </Button>
      )}
    </form>
  );
}
