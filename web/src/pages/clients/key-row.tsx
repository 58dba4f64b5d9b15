import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import type { ClientKey } from '@/data/client-access';
import { formatAge } from '@/lib/format';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';
import { EndKeyDialog } from './end-key-dialog';
import { type KeyState, sayLeft, stateOf } from './key-state';
import { LabelDialog } from './label-dialog';
import { RotateDialog } from './rotate-dialog';
import type { ShownKey } from './shown-key-dialog';

type KeyRowProps = {
  site: string;
  of: ClientKey;
  now: Date;
  onShown: (shown: ShownKey) => void;
};

const TONES: Record<KeyState, string | undefined> = {
  active: 'good',
  ending: 'bad',
  ended: undefined,
  revoked: undefined,
};

function sayState(key: ClientKey, now: Date): string {
  const state = stateOf(key, now);
  if (state === 'ending' && key.expires_at) return `Ends in ${sayLeft(key.expires_at, now)}`;
  if (state === 'ended') return 'Replaced';
  return state === 'revoked' ? 'Ended' : 'Works';
}

/** One key: what it is for, whether it works and how long, and when it was last used. */
export function KeyRow({ site, of: key, now, onShown }: KeyRowProps) {
  const [open, setOpen] = useState<'rotate' | 'label' | 'end' | null>(null);
  const close = () => setOpen(null);
  const state = stateOf(key, now);
  const name = key.label || (key.kind === 'public' ? 'Public key' : 'Secret key');
  const shown = key.public_key ?? key.secret_hint ?? '';
  return (
    <li className={classes.key}>
      <div className={classes.line}>
        <span className={classes.strong}>{name}</span>
        <span className={classes.badge} data-tone={TONES[state]}>
          {sayState(key, now)}
        </span>
        <span className={section.note}>
          {key.last_used_at ? `Used ${formatAge(key.last_used_at)}` : 'Never used'} · made{' '}
          {formatAge(key.created_at)}
        </span>
      </div>
      <div className={classes.line}>
        <span className={classes.value}>{shown}</span>
        {key.public_key && (
          <CopyButton value={key.public_key}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? 'Copied' : 'Copy'}>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Copy the key ${name}`}
                  onClick={copy}
                >
                  {copied ? (
                    <IconCheck size={14} aria-hidden />
                  ) : (
                    <IconCopy size={14} aria-hidden />
                  )}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        )}
        {(state === 'active' || state === 'ending') && (
          <span className={classes.end}>
            <Button size="compact-xs" variant="subtle" onClick={() => setOpen('label')}>
              Label
            </Button>
            {state === 'active' && (
              <Button size="compact-xs" variant="default" onClick={() => setOpen('rotate')}>
                Replace
              </Button>
            )}
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => setOpen('end')}>
              End now
            </Button>
          </span>
        )}
      </div>
      {open === 'rotate' && (
        <RotateDialog site={site} of={key} name={name} onShown={onShown} onClose={close} />
      )}
      {open === 'label' && <LabelDialog site={site} of={key} onClose={close} />}
      {open === 'end' && <EndKeyDialog site={site} of={key} name={name} onClose={close} />}
    </li>
  );
}
