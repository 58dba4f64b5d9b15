import { Switch } from '@mantine/core';
import { ariaDescribedByIds, type WidgetProps } from '@rjsf/utils';

/** On or off. */
export function SwitchWidget({ id, value, disabled, readonly, rawErrors, onChange }: WidgetProps) {
  return (
    <Switch
      id={id}
      size="sm"
      mt={4}
      checked={value === true}
      disabled={disabled || readonly}
      error={rawErrors?.join('. ')}
      onLabel="On"
      offLabel="Off"
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
