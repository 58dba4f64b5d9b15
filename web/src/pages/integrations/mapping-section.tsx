import { Button, Group, Switch } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { type CrmProperty, usePreview, useProperties, useSaveMapping } from '@/data/crm-mapping';
import type { Domain } from '@/data/domains';
import type { CrmObject, Integration, Mapping } from '@/data/integration';
import { fieldErrors, savedMeanwhile } from '@/data/server-api';
import { toProblem } from '@/lib/errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import classes from './integrations.module.css';
import { MappingTable } from './mapping-table';

const TITLES: Record<CrmObject, string> = {
  contact: 'Visitors known by e-mail → contacts',
  company: 'Accounts → companies',
};

type MappingSectionProps = { domain: Domain; integration: Integration };

/** Which value goes to which property, with what comes out for a real record. */
export function MappingSection({ domain, integration }: MappingSectionProps) {
  const [draft, setDraft] = useState<Mapping>(integration.mapping);
  const live = ['connected', 'paused'].includes(integration.connection?.state ?? '');
  const properties = useProperties(domain.site_domain, live && integration.configured);
  const [settled] = useDebouncedValue(draft, 300);
  const preview = usePreview(domain.site_domain, settled);
  const save = useSaveMapping(domain.site_domain);
  const changed = JSON.stringify(draft) !== JSON.stringify(integration.mapping);
  const errors = Object.fromEntries(
    (preview.data?.errors ?? []).map(({ field, message }) => [field, message]),
  );
  const refused = fieldErrors(save.error);
  const shown = { ...errors, ...refused };
  const theirs = savedMeanwhile<Mapping>(save.error);
  const keep = () =>
    save.mutate(draft, {
      onSuccess: (kept) => {
        setDraft(kept);
        void notify({ message: 'Saved. The next sync compares everything once.' });
      },
    });
  const begin = (mapping: Mapping) => {
    setDraft(mapping);
    save.reset();
  };
  const knownOf = (object: CrmObject): CrmProperty[] => properties.data?.[object] ?? [];
  return (
    <div className={classes.part}>
      <p className={classes.text}>
        What is not known is not sent, and nothing in HubSpot is ever emptied. Properties that begin
        with rose_ are made by the first sync.
        {!live && ' Connect HubSpot to choose among its own properties.'}
      </p>
      <Group mt="sm" gap="lg">
        <Switch
          label="Accounts become companies"
          checked={draft.push_companies}
          onChange={({ currentTarget: { checked } }) =>
            setDraft((now) => ({ ...now, push_companies: checked }))
          }
        />
        <Switch
          label="Conversations become notes"
          checked={draft.push_notes}
          onChange={({ currentTarget: { checked } }) =>
            setDraft((now) => ({ ...now, push_notes: checked }))
          }
        />
      </Group>
      {(['contact', 'company'] as const).map((object) => (
        <MappingTable
          key={object}
          title={TITLES[object]}
          object={object}
          sources={integration.sources}
          fields={draft.fields}
          errors={shown}
          known={knownOf(object)}
          example={preview.data?.examples[object]}
          onChange={(fields) => setDraft((now) => ({ ...now, fields }))}
        />
      ))}
      {shown.fields && (
        <p className={classes.notice} data-bad role="alert">
          {shown.fields}
        </p>
      )}
      <FormError error={save.error} say={(error) => toProblem(error).message} />
      <Group mt="md" gap="xs">
        <Button size="xs" disabled={!changed} loading={save.isPending} onClick={keep}>
          Save
        </Button>
        {changed && (
          <Button size="xs" variant="default" onClick={() => begin(integration.mapping)}>
            Discard the changes
          </Button>
        )}
        {theirs && (
          <Button size="xs" variant="default" onClick={() => begin(theirs)}>
            Take theirs
          </Button>
        )}
        <Button
          size="xs"
          variant="subtle"
          onClick={() =>
            setDraft((now) => ({ ...integration.default_mapping, version: now.version }))
          }
        >
          Back to the default
        </Button>
      </Group>
    </div>
  );
}
