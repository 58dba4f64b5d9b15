import { Tooltip } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import classes from './definition.module.css';

type DefinitionProps = { of: string; text: string; timezone: string };

/** What a number means, on hover, focus and touch. */
export function Definition({ of, text, timezone }: DefinitionProps) {
  return (
    <Tooltip label={`${text} Days: ${timezone}.`}>
      <button
        type="button"
        className={classes.button}
        aria-label={`${of}: ${text} Days: ${timezone}.`}
      >
        <IconInfoCircle size={14} stroke={1.8} aria-hidden />
      </button>
    </Tooltip>
  );
}
