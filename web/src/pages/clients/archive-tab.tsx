import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useClientChange } from '@/data/client-changes';
import type { Client, ClientDomain } from '@/data/clients';
import { toProblem } from '@/lib/errors';
import { ALL_DOMAINS } from '@/lib/filters';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';

type ArchiveTabProps = { client: Client; domain: ClientDomain };

/** Puts a website away, or brings it back. */
export function ArchiveTab({ client, domain }: ArchiveTabProps) {
  const { site_domain: site } = domain;
  const archived = domain.archived_at === null;
  const [typed, setTyped] = useState('');
  const change = useClientChange();
  const navigate = useNavigate();

  const confirm = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { kind: 'archive-domain', domain: site, archived },
      {
        onSuccess: () => {
          setTyped('');
          void notify({ message: `${site} is ${archived ? 'archived' : 'restored'}.` });
          // Other pages have nothing to show of an archived website.
          void navigate({
            to: '.',
            search: (now) =>
              now.domain === site && archived ? { ...now, domain: ALL_DOMAINS } : now,
            replace: true,
          });
        },
      },
    );
  };

  return (
    <form onSubmit={confirm} className={section.section}>
      <p className={classes.text}>
        {archived
          ? 'Its keys stop working within a second: the widget disappears, and events, conversations and settings are refused with the reason. Nobody finds it in the domain switcher. Everything stored is kept, and it can be restored.'
          : client.archived_at === null
            ? 'Its keys work again at once, and it is back in the domain switcher with all of its data.'
            : `Its organization is archived: restore ${client.name} first.`}
      </p>
      {archived && (
        <TextInput
          label={`Type ${site} to confirm`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <FormError error={change.error} say={(error) => toProblem(error).message} />
      <div>
        <Button
          type="submit"
          size="xs"
          color={archived ? 'red' : undefined}
          loading={change.isPending}
          disabled={archived ? typed.trim().toLowerCase() !== site : client.archived_at !== null}
        >
          {archived ? 'Archive the website' : 'Restore the website'}
        </Button>
      </div>
    </form>
  );
}
