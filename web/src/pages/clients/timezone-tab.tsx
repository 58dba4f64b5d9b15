import { Button, Progress, Select } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useClientChange } from '@/data/client-changes';
import type { ClientDomain } from '@/data/clients';
import { isOpen, type TimezoneChange, useTimezoneChange } from '@/data/timezone-change';
import { toProblem } from '@/lib/errors';
import { formatAge } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import { FormError } from '@/ui/form-error';
import section from '@/ui/section.module.css';
import classes from './clients.module.css';
import { timezones } from './timezones';

/** Which timezone's days a website's figures count by. */
export function TimezoneTab({ domain }: { domain: ClientDomain }) {
  const latest = useTimezoneChange(domain.site_domain);
  const [timezone, setTimezone] = useState(domain.timezone);
  const change = useClientChange();
  const open = isOpen(latest.data);

  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({
      kind: 'change-timezone',
      domain: domain.site_domain,
      timezone,
      was: domain.timezone,
    });
  };

  if (latest.error && latest.data === undefined) {
    return <ErrorState error={latest.error} onRetry={() => void latest.refetch()} />;
  }
  return (
    <form onSubmit={save} className={section.section}>
      {latest.data && <ChangeState change={latest.data} />}
      <Select
        label="Timezone"
        description="Days begin and end at its midnight, in every figure and filter of the website."
        searchable
        allowDeselect={false}
        disabled={open || domain.archived_at !== null}
        data={timezones()}
        value={timezone}
        onChange={(value) => value && setTimezone(value)}
      />
      <p className={section.note}>
        Every day stored so far is counted anew, so that figures are as if the website had always
        been there. Until that is done, everybody sees the figures of {domain.timezone}; then all of
        them change at once. Events that arrive meanwhile wait a moment; none is lost.
      </p>
      <FormError error={change.error} say={(error) => toProblem(error).message} />
      <div>
        <Button
          type="submit"
          size="xs"
          loading={change.isPending}
          disabled={open || timezone === domain.timezone || domain.archived_at !== null}
        >
          Change the timezone
        </Button>
      </div>
    </form>
  );
}

function ChangeState({ change }: { change: TimezoneChange }) {
  const { state, done, total, from_timezone, to_timezone, error, finished_at } = change;
  if (state === 'failed') {
    return (
      <p className={classes.note} data-tone="bad" role="alert">
        The change to {to_timezone} failed: {error}
      </p>
    );
  }
  if (state === 'done') {
    return (
      <p className={classes.note} role="status">
        Changed from {from_timezone} to {to_timezone} {finished_at && formatAge(finished_at)}.
      </p>
    );
  }
  const percent = total ? Math.min(100, Math.floor((done / total) * 100)) : 0;
  return (
    <div className={classes.note} role="status">
      {state === 'waiting'
        ? `Waits to change from ${from_timezone} to ${to_timezone}…`
        : `Changing from ${from_timezone} to ${to_timezone}: ${percent} %`}
      <Progress
        mt={6}
        value={percent}
        aria-label="Days counted anew"
        animated={state === 'waiting'}
      />
    </div>
  );
}
