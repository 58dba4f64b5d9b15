import { Checkbox } from '@mantine/core';
import { ariaDescribedByIds, type WidgetProps } from '@rjsf/utils';
import classes from './form.module.css';

/** Some of a few values, in the order in which they are offered. */
export function ChoicesWidget(props: WidgetProps) {
  const { id, value, disabled, readonly, rawErrors, options, onChange } = props;
  const offered = options.enumOptions ?? [];
  const chosen = (value ?? []) as unknown[];
  return (
    <Checkbox.Group
      value={chosen.map(String)}
      error={rawErrors?.join('. ')}
      aria-labelledby={`${id}__title`}
      aria-describedby={ariaDescribedByIds(id)}
      onChange={(given) =>
        onChange(offered.map((each) => each.value).filter((each) => given.includes(String(each))))
      }
    >
      <div className={classes.choices}>
        {offered.map((each) => (
          <Checkbox
            key={String(each.value)}
            size="xs"
            value={String(each.value)}
            label={each.label}
            disabled={disabled || readonly}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}
