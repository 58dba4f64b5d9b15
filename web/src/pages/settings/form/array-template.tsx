import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from '@rjsf/utils';
import { IconChevronDown, IconChevronUp, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schema } from '@/lib/configuration';
import { type Json, valueAt } from '@/lib/json';
import { blankOf, resolved } from '@/lib/schema-fields';
import { FieldOrigin } from './field-origin';
import classes from './form.module.css';
import { useFormState } from './form-context';
import { GroupErrors } from './object-template';
import { StaffMark } from './staff-mark';

/** A list: its head, its entries, and a button that adds one. */
export function ArrayTemplate(props: ArrayFieldTemplateProps) {
  const { fieldPathId, items, title, rawErrors = [] } = props;
  const { root, values, put, readOnly } = useFormState();
  const schema = props.schema as Schema;
  const path = fieldPathId.path;
  const entry = resolved(root, schema.items ?? {});
  const entries = (valueAt(values, path) ?? []) as Json[];
  const isFull = entries.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY);

  return (
    <fieldset className={classes.group} data-list>
      <legend className={classes.legend}>
        {title}
        {schema['x-access'] === 'staff' && root['x-access'] !== 'staff' && <StaffMark />}
        <FieldOrigin path={path} schema={schema} title={title} />
      </legend>
      {schema.description && <p className={classes.help}>{schema.description}</p>}
      <div className={classes.items}>{items}</div>
      {entries.length === 0 && <p className={classes.none}>None yet</p>}
      <GroupErrors id={fieldPathId.$id} errors={rawErrors} />
      {!readOnly && (
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={isFull}
            onClick={() => put(path, [...entries, blankOf(root, entry)])}
          >
            Add {(entry.title ?? 'entry').toLowerCase()}
          </Button>
          {isFull && <span className={classes.full}>At most {schema.maxItems}</span>}
        </div>
      )}
    </fieldset>
  );
}

/** One entry of a list, with the buttons that move and remove it. */
export function ArrayItemTemplate(props: ArrayFieldItemTemplateProps) {
  const { children, buttonsProps, index } = props;
  const { readOnly } = useFormState();
  const schema = props.schema as Schema;
  const title = `${schema.title ?? 'Entry'} ${index + 1}`;
  const { fieldPathId, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps;
  const buttons = !readOnly && (
    <span className={classes.buttons}>
      <ItemButton
        label={`Move ${title} up`}
        disabled={!buttonsProps.hasMoveUp}
        onClick={onMoveUpItem}
      >
        <IconChevronUp size={15} aria-hidden />
      </ItemButton>
      <ItemButton
        label={`Move ${title} down`}
        disabled={!buttonsProps.hasMoveDown}
        onClick={onMoveDownItem}
      >
        <IconChevronDown size={15} aria-hidden />
      </ItemButton>
      <ItemButton label={`Remove ${title}`} onClick={onRemoveItem}>
        <IconTrash size={15} aria-hidden />
      </ItemButton>
    </span>
  );
  if (schema.type !== 'object') {
    return (
      <div className={classes.line}>
        {children}
        {buttons}
      </div>
    );
  }
  return (
    <section className={classes.card} aria-label={title} id={`${fieldPathId.$id}__card`}>
      <header className={classes.cardHead}>
        <span className={classes.label}>{title}</span>
        {buttons}
      </header>
      {children}
    </section>
  );
}

type ItemButtonProps = {
  label: string;
  disabled?: boolean;
  onClick: (event?: unknown) => void;
  children: ReactNode;
};

function ItemButton({ label, disabled, onClick, children }: ItemButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
