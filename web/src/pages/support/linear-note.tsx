import { Alert, Code } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { LinearHealth } from '@/data/linear';
import { formatCount } from '@/lib/format';
import { errorText } from '@/lib/ticket-words';
import classes from './support-page.module.css';

/** Why tickets wait, when they do; staff also read what to set. */
export function LinearNote({ linear }: { linear: LinearHealth }) {
  const { configured, is_admin, waiting, failing, last_error, last_detail } = linear;
  const many = `${formatCount(waiting)} ${waiting === 1 ? 'ticket waits' : 'tickets wait'}`;
  const shell = { className: classes.note, icon: <IconInfoCircle size={18} aria-hidden /> };

  if (!configured) {
    return (
      <Alert {...shell} color="gray" title="Tickets are kept here for now">
        Linear, where Rose’s team works on them, is not connected yet; once it is, they go out by
        themselves. {waiting > 0 && `${many}.`}
        {is_admin && (
          <details>
            <summary className={classes.summary}>What to set on the server</summary>
            <ul className={classes.list}>
              <li>
                Missing on the server:{' '}
                {linear.missing?.map((name, index) => (
                  <span key={name}>
                    {index > 0 && ', '}
                    <Code>{name}</Code>
                  </span>
                ))}
                . Set them and restart.
              </li>
              <li>
                For the status at once, add a webhook in Linear to <Code>{linear.webhook_url}</Code>{' '}
                and set <Code>BACKOFFICE_LINEAR_WEBHOOK_SECRET</Code>.
              </li>
            </ul>
          </details>
        )}
      </Alert>
    );
  }
  if (failing) {
    return (
      <Alert {...shell} color="yellow" title="Tickets cannot go out at the moment">
        {errorText(last_error)} Tickets are kept and tried again by themselves.{' '}
        {waiting > 0 && `${many}.`}
        {is_admin && last_detail && (
          <span className={classes.detail}>Linear said: {last_detail}</span>
        )}
      </Alert>
    );
  }
  if (is_admin && (linear.missing_labels?.length ?? 0) > 0) {
    return (
      <Alert {...shell} color="gray" title="A label is missing in Linear">
        Tickets go out without {linear.missing_labels?.join(', ')}. Add the label in Linear, or
        change <Code>BACKOFFICE_LINEAR_LABELS</Code>.
      </Alert>
    );
  }
  return null;
}
