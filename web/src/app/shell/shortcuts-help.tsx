import { Kbd, Modal, Switch } from '@mantine/core';
import { Fragment } from 'react';
import { useShortcutsEnabled } from '@/lib/shortcuts';
import classes from './shortcuts-help.module.css';

const SHORTCUTS: [string[], string][] = [
  [['Ctrl+K', '⌘K'], 'Any page, website or search by a few letters'],
  [['d'], 'Dashboard'],
  [['v'], 'Visitors'],
  [['a'], 'Accounts'],
  [['c'], 'Conversations'],
  [['t'], 'Topics'],
  [['s'], 'AI Sections'],
  [[','], 'Settings'],
  [['u'], 'Support'],
  [['r'], 'Report an issue: of the open conversation, or a new ticket'],
  [['/'], 'Search the list'],
  [['j', '→'], 'Next in the list; j opens the first'],
  [['k', '←'], 'Previous in the list'],
  [['g'], 'Review as good, again to take it back'],
  [['b'], 'Review as bad, again to take it back'],
  [['n'], 'Review with a note, Ctrl+Enter saves'],
  [['Esc'], 'Close what is open'],
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
