import { Tooltip } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import classes from './definition.module.css';

type DefinitionProps = {
  of: string;
  text: string;
  /** Whose days they are; left out where the number is not about days. */
  timezone?: string;
};

/** What a number means, on hover, focus and touch. */
export function Definition({ of, text, timezone }: DefinitionProps) {
  const whole = timezone ? `${text} Days: ${timezone}.` : text;
  return (
    <Tooltip label={whole}>
      <button type="button" className={classes.button} aria-label={`${of}: ${whole}`}>
        <IconInfoCircle size={14} stroke={1.8} aria-hidden />
      </button>
    </Tooltip>
  );
}
