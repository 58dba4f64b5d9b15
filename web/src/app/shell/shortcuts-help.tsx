import { Kbd, Modal, Switch } from '@mantine/core';
import { Fragment } from 'react';
import { useShortcutsEnabled } from '@/lib/shortcuts';
import classes from './shortcuts-help.module.css';

const SHORTCUTS: [string[], string][] = [
  [['d'], 'Dashboard'],
  [['c'], 'Conversations'],
  [['/'], 'Search conversations'],
  [['j', '→'], 'Next conversation'],
  [['k', '←'], 'Previous conversation'],
  [['Esc'], 'Close the conversation'],
  [['?'], 'This help'],
];

type ShortcutsHelpProps = { opened: boolean; onClose: () => void };

export function ShortcutsHelp({ opened, onClose }: ShortcutsHelpProps) {
  const [enabled, setEnabled] = useShortcutsEnabled();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="sm">
      <dl className={classes.list}>
        {SHORTCUTS.map(([keys, what]) => (
          <Fragment key={what}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
      <Switch
        label="Use keyboard shortcuts"
        checked={enabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
    </Modal>
  );
}
