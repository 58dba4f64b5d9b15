import { NumberInput, TextInput } from '@mantine/core';
import { ariaDescribedByIds, type BaseInputTemplateProps } from '@rjsf/utils';

/** A line of text, or a number with its unit. */
export function InputTemplate(props: BaseInputTemplateProps) {
  const { id, schema, value, disabled, readonly, rawErrors, options, onChange } = props;
  const shared = {
    id,
    disabled: disabled || readonly,
    error: rawErrors?.join('. '),
    'aria-describedby': ariaDescribedByIds(id),
  };
  if (schema.type === 'integer' || schema.type === 'number') {
    return (
      <NumberInput
        {...shared}
        value={value ?? ''}
        suffix={options.suffix as string | undefined}
        allowDecimal={schema.type === 'number'}
        // What is too large is refused where it stands, not changed behind one's back.
        clampBehavior="none"
        onChange={(given) => onChange(given === '' ? undefined : given)}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
