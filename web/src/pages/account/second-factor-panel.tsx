import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useUnenrolment } from '@/data/account';
import { FormError } from '@/ui/form-error';
import { Panel } from '@/ui/panel';
import classes from './account-page.module.css';
import { Enrolment } from './enrolment';
import { when } from './when';

type Factor = { id: string; friendly_name?: string; created_at: string };
type SecondFactorPanelProps = { factors: Factor[] };

export function SecondFactorPanel({ factors }: SecondFactorPanelProps) {
  const [enrolling, setEnrolling] = useState(false);
  const isOn = factors.length > 0;

  return (
    <Panel title="Two-factor authentication" note={isOn ? 'on' : 'off'}>
      <p className={classes.text}>
        {isOn
          ? 'Signing in asks for a code of your authenticator app. Add a second device, so that losing one does not lock you out; if all are lost, an administrator can take them away after making sure that it is you.'
          : 'With an authenticator app, somebody who learns your password still cannot sign in.'}
      </p>
      {isOn && (
        <ul className={classes.list}>
          {factors.map((factor) => (
            <FactorItem key={factor.id} factor={factor} />
          ))}
        </ul>
      )}
      {enrolling ? (
        <Enrolment onDone={() => setEnrolling(false)} />
      ) : (
        <Button variant={isOn ? 'default' : 'filled'} onClick={() => setEnrolling(true)}>
          {isOn ? 'Add another app' : 'Turn on'}
        </Button>
      )}
    </Panel>
  );
}

function FactorItem({ factor }: { factor: Factor }) {
  const [sure, setSure] = useState(false);
  const remove = useUnenrolment();
  return (
    <li className={classes.item}>
      <span>
        <span className={classes.name}>Authenticator app</span>{' '}
        <span className={classes.when}>added {when(factor.created_at)}</span>
      </span>
      {sure ? (
        <Group gap="xs">
          <Button
            size="xs"
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate(factor.id)}
          >
            Really remove
          </Button>
          <Button size="xs" variant="default" onClick={() => setSure(false)}>
            Keep
          </Button>
        </Group>
      ) : (
        <Button size="xs" variant="default" onClick={() => setSure(true)}>
          Remove
        </Button>
      )}
      <FormError error={remove.error} />
    </li>
  );
}
