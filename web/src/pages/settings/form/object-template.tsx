import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import type { ObjectFieldTemplateProps, WrapIfAdditionalTemplateProps } from '@rjsf/utils';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Schema } from '@/lib/configuration';
import { type Path, valueAt } from '@/lib/json';
import { blankOf } from '@/lib/schema-fields';
import classes from './form.module.css';
import { useFormState } from './form-context';
import { StaffMark } from './staff-mark';

/** A group of fields; at the root, the form itself. */
export function ObjectTemplate(props: ObjectFieldTemplateProps) {
  const { properties, fieldPathId, title, errorSchema } = props;
  const { root, edited, put, readOnly } = useFormState();
  const schema = props.schema as Schema;
  const path = fieldPathId.path;
  const fields = properties.filter((each) => !each.hidden).map((each) => each.content);
  const isMap = typeof schema.additionalProperties === 'object';
  const add = isMap && !readOnly && <AddEntry path={path} schema={schema} />;
  const errors = (errorSchema?.__errors ?? []) as string[];
  if (path.length === 0) {
    return (
      <div className={classes.grid}>
        {fields}
        {add}
        <GroupErrors id={fieldPathId.$id} errors={errors} />
      </div>
    );
  }
  const name = path.at(-1);
  const shown = typeof name === 'number' ? null : title;
  // What is inherited cannot be merged away, only what was added here can go again.
  const removable =
    !readOnly && isAdded(root, path) && valueAt(edited.inherited, path) === undefined;
  return (
    <fieldset className={classes.group} data-item={typeof name === 'number' || undefined}>
      {shown && (
        <legend className={classes.legend}>
          {shown}
          {schema['x-access'] === 'staff' && root['x-access'] !== 'staff' && <StaffMark />}
          {removable && (
            <Tooltip label="Remove">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={`Remove ${shown}`}
                onClick={() => put(path, undefined)}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </legend>
      )}
      {schema.description && <p className={classes.help}>{schema.description}</p>}
      <div className={classes.grid}>
        {fields}
        {add}
      </div>
      <GroupErrors id={fieldPathId.$id} errors={errors} />
    </fieldset>
  );
}

function isAdded(root: Schema, path: Path): boolean {
  let schema: Schema | undefined = root;
  for (const key of path.slice(0, -1)) {
    if (typeof key === 'number') return false;
    schema = schema?.properties?.[key];
  }
  return Boolean(schema) && !schema?.properties?.[String(path.at(-1))];
}

export function GroupErrors({ id, errors }: { id: string; errors: string[] }) {
  if (errors.length === 0) return null;
  return (
    <p id={`${id}__error`} className={classes.error} role="alert">
      {errors.join('. ')}
    </p>
  );
}

type AddEntryProps = { path: Path; schema: Schema };

/** A map gets an entry by its name. */
function AddEntry({ path, schema }: AddEntryProps) {
  const { root, values, put } = useFormState();
  const [name, setName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const entry = schema.additionalProperties as Schema;

  const add = () => {
    const pattern = schema.propertyNames?.pattern;
    if (pattern && !new RegExp(pattern, 'u').test(name)) {
      setError(
        `The name ${schema['x-names-message'] ?? 'must be lower case letters, digits and underscores'}`,
      );
      return;
    }
    if (valueAt(values, [...path, name]) !== undefined) {
      setError(`There is already an entry ${name}`);
      return;
    }
    put([...path, name], blankOf(root, entry));
    setName('');
  };

  return (
    <div className={classes.adding}>
      <TextInput
        size="xs"
        label="Name of a new entry"
        value={name}
        error={error}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setError(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={name === ''}
        onClick={add}
      >
        Add
      </Button>
    </div>
  );
}

/** An entry of a map is named when it is added, and removed at its own head. */
export function WrapIfAdditional({ children }: WrapIfAdditionalTemplateProps) {
  return children;
}
