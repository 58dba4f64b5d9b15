import { Button, Switch } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { type Choice, type Kind, useChoose } from '@/data/notifications';
import { formatDateTime } from '@/lib/format';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import classes from './notifications.module.css';

const DigestPreview = lazy(async () => ({
  default: (await import('./digest-preview')).DigestPreview,
}));

/** One website: the two switches, when the next digest comes, and how it would look. */
export function ChoiceItem({ choice }: { choice: Choice }) {
  const [previewing, setPreviewing] = useState(false);
  const choose = useChoose();
  // What was pressed shows at once, and goes back when it is refused.
  const pressed = choose.isPending ? choose.variables : null;

  const isOn = (kind: Kind) => {
    if (pressed?.kind === kind) return pressed.on;
    return (kind === 'digest' ? choice.digest_since : choice.alerts_since) !== null;
  };
  const toggle = (kind: Kind) => (on: boolean) =>
    choose.mutate(
      { siteDomain: choice.site_domain, kind, on },
      { onError: (error) => tellFailure('Your choice is not saved', error) },
    );

  return (
    <li className={classes.item} aria-label={choice.site_domain}>
      <div className={classes.site}>
        <span className={classes.name}>{choice.name}</span>
        <span className={classes.soft}>
          {choice.site_domain}
          {choice.next_digest_at &&
            ` · next digest ${formatDateTime(choice.next_digest_at, choice.timezone)} (${choice.timezone})`}
        </span>
      </div>
      <div className={classes.switches}>
        <Writes>
          <Switch
            label="Weekly digest"
            aria-label={`Weekly digest of ${choice.site_domain}`}
            checked={isOn('digest')}
            disabled={choose.isPending}
            onChange={(event) => toggle('digest')(event.currentTarget.checked)}
          />
          <Switch
            label="Alerts"
            aria-label={`Alerts of ${choice.site_domain}`}
            checked={isOn('alerts')}
            disabled={choose.isPending}
            onChange={(event) => toggle('alerts')(event.currentTarget.checked)}
          />
        </Writes>
        <Button
          size="xs"
          variant="default"
          aria-label={`Preview the digest of ${choice.site_domain}`}
          onClick={() => setPreviewing(true)}
        >
          Preview
        </Button>
      </div>
      {previewing && (
        <Suspense>
          <DigestPreview choice={choice} onClose={() => setPreviewing(false)} />
        </Suspense>
      )}
    </li>
  );
}
