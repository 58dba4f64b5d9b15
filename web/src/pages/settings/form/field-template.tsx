import type { FieldTemplateProps } from '@rjsf/utils';
import { descriptionId } from '@rjsf/utils';
import type { Schema } from '@/lib/configuration';
import { toPointer } from '@/lib/json';
import { resolved } from '@/lib/schema-fields';
import { FieldOrigin } from './field-origin';
import classes from './form.module.css';
import { useFormState } from './form-context';
import { StaffMark } from './staff-mark';

function isWide(schema: Schema): boolean {
  return (
    schema.type === 'array' ||
    schema.type === 'object' ||
    schema['x-widget'] === 'textarea' ||
    (schema.type === 'string' && !schema.enum && (schema.maxLength ?? 0) > 120)
  );
}

/** One field: its name, whom it is for, where its value comes from, the input, and help. */
export function FieldTemplate(props: FieldTemplateProps) {
  const { id, fieldPathId, label, hidden, children } = props;
  const { root } = useFormState();
  const schema = props.schema as Schema;
  const path = fieldPathId.path;
  if (hidden) return null;
  if (path.length === 0) return children;
  const isList = schema.type === 'array';
  const isChoice = isList && Boolean(resolved(root, schema.items ?? {}).enum);
  // Groups and lists have a head of their own.
  if (schema.type === 'object' || (isList && !isChoice)) {
    return <div className={classes.wide}>{children}</div>;
  }

  const name = path.at(-1);
  const isItem = typeof name === 'number';
  const title = isItem ? `${schema.title ?? 'Entry'} ${name + 1}` : label;
  const Label = isList ? 'span' : 'label';
  return (
    <div
      className={classes.field}
      data-wide={isWide(schema) || undefined}
      data-pointer={toPointer(path)}
    >
      <div className={isItem ? classes.unseen : classes.head}>
        <Label className={classes.label} {...(!isList && { htmlFor: id })} id={`${id}__title`}>
          {title}
        </Label>
        {schema['x-access'] === 'staff' && root['x-access'] !== 'staff' && <StaffMark />}
        {!isItem && <FieldOrigin path={path} schema={schema} title={title} />}
      </div>
      {children}
      {!isItem && (schema.description || schema.examples) && (
        <p id={descriptionId(id)} className={classes.help}>
          {schema.description}
          <Examples schema={schema} />
        </p>
      )}
    </div>
  );
}

function Examples({ schema }: { schema: Schema }) {
  const examples = (schema.examples ?? []).filter((each) => typeof each !== 'object');
  if (examples.length === 0) return null;
  return <span className={classes.examples}> For example {examples.join(' or ')}</span>;
}
