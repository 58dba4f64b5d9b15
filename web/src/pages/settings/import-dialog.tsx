import { Button, FileInput, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useConfiguration } from '@/data/configuration';
import { type Import, useConfigurationImport } from '@/data/configuration-transfer';
import { refusedFields } from '@/data/settings-api';
import { toProblem } from '@/lib/errors';
import { formatCount } from '@/lib/format';
import type { FieldError } from '@/lib/schema-errors';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';
import { ImportedChanges } from './imported-changes';
import classes from './settings-page.module.css';

const LARGEST = 8 * 1024 * 1024;

const many = (count: number) => `${formatCount(count)} ${count === 1 ? 'change' : 'changes'}`;

type ImportDialogProps = { siteDomain: string; onClose: () => void };

/** Reads a file, tells each change it makes, and then makes all of them or none. */
export function ImportDialog({ siteDomain, onClose }: ImportDialogProps) {
  const { data: rows = [] } = useConfiguration(siteDomain);
  const compare = useConfigurationImport(siteDomain);
  const apply = useConfigurationImport(siteDomain);
  const [file, setFile] = useState<File | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const [document, setDocument] = useState<unknown>(null);

  const choose = async (chosen: File | null) => {
    setFile(chosen);
    setUnreadable(null);
    compare.reset();
    apply.reset();
    if (!chosen) return;
    if (chosen.size > LARGEST) {
      setUnreadable('The file is larger than 8 MB, which no export of a website is.');
      return;
    }
    try {
      const read: unknown = JSON.parse(await chosen.text());
      setDocument(read);
      compare.mutate({ document: read });
    } catch (error) {
      setUnreadable(`This is no JSON file: ${error instanceof Error ? error.message : error}`);
    }
  };
  const confirm = (state: string) =>
    apply.mutate(
      { document, state },
      {
        onSuccess: ({ changes }) => {
          void notify({ message: `Imported ${many(changes.length)} into ${siteDomain}.` });
          onClose();
        },
      },
    );

  const found = compare.data;
  const failed = apply.error ?? compare.error;
  const errors = found?.errors ?? refusedFields(failed);
  const ready = found && found.errors.length === 0 && found.changes.length > 0;
  return (
    <Modal opened onClose={onClose} size="xl" title={`Import into ${siteDomain}`}>
      <Stack gap="sm">
        <FileInput
          label="File of an export"
          description="Nothing is changed before you have seen each change."
          placeholder="Choose a JSON file"
          accept="application/json,.json"
          value={file}
          error={unreadable}
          clearable
          onChange={(chosen) => void choose(chosen)}
        />
        {compare.isPending && <Text size="sm">Comparing…</Text>}
        {errors.length > 0 && <Mistakes errors={errors} />}
        {errors.length === 0 && (
          <FormError error={failed} say={(error) => toProblem(error).message} />
        )}
        {found && errors.length === 0 && <Told found={found} rows={rows} />}
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            size="xs"
            disabled={!ready}
            loading={apply.isPending}
            onClick={() => found && confirm(found.state)}
          >
            {ready ? `Make ${many(found.changes.length)}` : 'Import'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type ToldProps = { found: Import; rows: Parameters<typeof ImportedChanges>[0]['rows'] };

function Told({ found, rows }: ToldProps) {
  if (found.changes.length === 0) {
    return <Text size="sm">The file holds what is set already: nothing would change.</Text>;
  }
  return <ImportedChanges changes={found.changes} rows={rows} />;
}

function Mistakes({ errors }: { errors: FieldError[] }) {
  return (
    <div role="alert">
      <Text size="sm">Nothing was imported. The file is not right here:</Text>
      <ul className={classes.mistakes}>
        {errors.map(({ field, message }) => (
          <li key={`${field} ${message}`}>
            <code>{field || '/'}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
