import { Button, Code, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './copied-text.module.css';

type CopiedTextProps = { label: string; text: string };

/** A text to paste elsewhere, with a button that copies it. */
export function CopiedText({ label, text }: CopiedTextProps) {
  return (
    <div className={classes.copied}>
      <Code block className={classes.code}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            aria-label={`Copy ${label}`}
            leftSection={
              copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
            }
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
