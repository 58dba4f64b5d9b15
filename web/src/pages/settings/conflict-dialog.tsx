import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useConfiguration } from '@/data/configuration';
import type { Target } from '@/data/settings-api';
import { type Configuration, editedOf, type Schema } from '@/lib/configuration';
import { formatDateTime } from '@/lib/format';
import { differences, fromPointer, isSame, type JsonObject, valueAt } from '@/lib/json';
import { formatValue, schemaAt, titleOf } from '@/lib/schema-fields';
import { ErrorState } from '@/ui/error-state';
import { sayEnabled } from './changes-table';
import classes from './changes-table.module.css';
import { type DraftState, effectOf } from './draft';
import { useTimezone } from './editor-head';

type ConflictProps = {
  row: Configuration;
  target: Target;
  draft: DraftState;
  onClose: () => void;
};

/** Somebody saved meanwhile: theirs beside yours, and which of them shall hold. */
export function Conflict({ row, target, draft, onClose }: ConflictProps) {
  const { data, error, isFetching, refetch } = useConfiguration(target);
  const timezone = useTimezone(target);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is there now is asked for once
  useEffect(() => void refetch(), []);
  const fresh = data?.find((each) => each.config_slug === row.config_slug);
  const theirs = fresh && editedOf(fresh, target === null);
  const isKnown = theirs !== undefined && theirs.version !== draft.base.version;
  const who = (isKnown && fresh?.updated_by) || 'Somebody';
  const when =
    isKnown && fresh?.updated_at ? `, ${formatDateTime(fresh.updated_at, timezone)},` : '';

  const body = () => {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!isKnown) return <Skeleton height={120} aria-label={isFetching ? 'Loading' : undefined} />;
    return (
      <>
        <Comparison
          schema={row.schema}
          before={draft.base.values}
          theirs={theirs.values}
          yours={effectOf(draft.base, draft.values)}
          enabled={[draft.base.enabled, theirs.enabled, draft.enabled]}
        />
        <Group justify="flex-end" gap="xs">
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              draft.discard();
              onClose();
            }}
          >
            Take theirs, discard mine
          </Button>
          <Button
            size="xs"
            onClick={() => {
              draft.onTopOf(theirs);
              onClose();
            }}
          >
            Put my changes on top of theirs
          </Button>
        </Group>
      </>
    );
  };

  return (
    <Modal opened onClose={onClose} size="xl" title="Somebody saved this meanwhile">
      <Stack gap="sm">
        <Text size="sm">
          {who} saved {isKnown ? `version ${theirs.version}` : 'a newer version'}
          {when} after you opened version {draft.base.version}. Nothing of yours is lost: choose
          what shall be kept. You can review it again before it is saved.
        </Text>
        {body()}
      </Stack>
    </Modal>
  );
}

type ComparisonProps = {
  schema: Schema;
  before: JsonObject;
  theirs: JsonObject;
  yours: JsonObject;
  enabled: [before: boolean | null, theirs: boolean | null, yours: boolean | null];
};

function Comparison({ schema, before, theirs, yours, enabled }: ComparisonProps) {
  const pointers = [
    ...new Set(
      [...differences(before, theirs), ...differences(before, yours)].map((each) => each.pointer),
    ),
  ];
  const [wasOn, theirsOn, yoursOn] = enabled;
  return (
    <table className={classes.table}>
      <caption className={classes.caption}>Their version and yours</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">Theirs</th>
          <th scope="col">Yours</th>
        </tr>
      </thead>
      <tbody>
        {(theirsOn !== wasOn || yoursOn !== wasOn) && (
          <tr>
            <th scope="row">On or off</th>
            <td>{sayEnabled(wasOn)}</td>
            <td>{sayEnabled(theirsOn)}</td>
            <td>{sayEnabled(yoursOn)}</td>
          </tr>
        )}
        {pointers.map((pointer) => {
          const field = schemaAt(schema, pointer);
          const [was, their, your] = [before, theirs, yours].map((each) =>
            valueAt(each, fromPointer(pointer)),
          );
          const both = !isSame(was, their) && !isSame(was, your) && !isSame(their, your);
          return (
            <tr key={pointer} className={both ? classes.both : undefined}>
              <th scope="row">
                {titleOf(schema, pointer)}
                {both && <span className={classes.hint}>Changed by both</span>}
              </th>
              <td>{formatValue(schema, field, was)}</td>
              <td>{formatValue(schema, field, their)}</td>
              <td>{formatValue(schema, field, your)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
