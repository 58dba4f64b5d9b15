import { Button, Progress } from '@mantine/core';
import { isActive, type Run, useStopRun } from '@/data/crm-runs';
import type { Domain } from '@/data/domains';
import { formatCount, formatDateTime } from '@/lib/format';
import { tellFailure } from '@/ui/tell-failure';
import { Examples } from './examples';
import classes from './integrations.module.css';
import { StateBadge } from './state-badge';
import { RUN_KIND_LABELS, RUN_STATE_LABELS, sayCounts, sayPhase } from './words';

type RunRowProps = { run: Run; domain: Domain };

/** One run: how far it is or how it ended, and what it did. */
export function RunRow({ run, domain }: RunRowProps) {
  const stop = useStopRun(domain.site_domain);
  const active = isActive(run);
  return (
    <li className={classes.row} aria-live={active ? 'polite' : undefined}>
      <div className={classes.head}>
        <span className={classes.name}>
          {RUN_KIND_LABELS[run.kind]}
          {run.kind === 'sync' && run.is_full && ' of everything'}
        </span>
        <StateBadge state={run.state}>{RUN_STATE_LABELS[run.state]}</StateBadge>
        <span className={classes.text}>
          {formatDateTime(run.created_at, domain.timezone)}
          {run.started_by === null && ', by itself'}
        </span>
        {active && (
          <span className={classes.acts}>
            <Button
              size="compact-xs"
              variant="default"
              loading={stop.isPending}
              onClick={() =>
                stop.mutate(undefined, {
                  onError: (error) => tellFailure('The run was not stopped', error),
                })
              }
            >
              Stop
            </Button>
          </span>
        )}
      </div>
      {active && <RunProgress run={run} domain={domain} />}
      {run.error && (
        <p className={classes.notice} data-bad>
          {run.error}
        </p>
      )}
      {run.notice && !run.error && <p className={classes.notice}>{run.notice}</p>}
      <ul className={classes.lines}>
        {sayCounts(run.counts, run.kind).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {run.kind === 'dry_run' &&
        run.state === 'done' &&
        sayCounts(run.counts, run.kind).length === 0 && (
          <p className={classes.text}>There is nothing to write.</p>
        )}
      {run.examples.length > 0 && <Examples examples={run.examples} />}
    </li>
  );
}

function RunProgress({ run, domain }: RunRowProps) {
  if (run.state === 'waiting') {
    return (
      <p className={classes.text}>
        {run.resume_at
          ? `Goes on at ${formatDateTime(run.resume_at, domain.timezone)}, where it was.`
          : 'Waits for a worker.'}
      </p>
    );
  }
  const share = run.total ? Math.min(100, (100 * run.done) / run.total) : 0;
  return (
    <>
      <Progress
        value={share}
        mt={8}
        aria-label={`${sayPhase(run.phase)}: ${Math.round(share)} percent`}
        animated
      />
      <p className={classes.text}>
        {sayPhase(run.phase)} · {formatCount(run.done)}
        {run.total !== null && ` of ${formatCount(run.total)}`} records
      </p>
    </>
  );
}
