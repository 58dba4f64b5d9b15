import type { FunnelStep } from '@/data/conversation-funnel';
import type { Scope } from '@/data/scope';
import { changeOf } from '@/lib/change';
import { formatCount, formatShare } from '@/lib/format';
import { FUNNEL_STEPS } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { ChangeLabel } from '@/ui/change-label';
import { Definition } from '@/ui/definition';
import classes from './funnel-panel.module.css';

type FunnelTableProps = { steps: FunnelStep[]; scope: Scope; stale: boolean };

export function FunnelTable({ steps, scope, stale }: FunnelTableProps) {
  const timezone = timezoneLabel(scope.domain?.timezone ?? null);
  return (
    <table className={classes.table} data-stale={stale || undefined}>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Visitors</th>
          <th scope="col">Of first</th>
          <th scope="col">Of previous</th>
          <th scope="col" className={classes.wide}>
            Change
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <FunnelRow key={step.step} step={step} timezone={timezone} />
        ))}
      </tbody>
    </table>
  );
}

function FunnelRow({ step, timezone }: { step: FunnelStep; timezone: string }) {
  const { label, definition } = FUNNEL_STEPS[step.name] ?? { label: step.name, definition: '' };
  const width = `${(step.share_of_first ?? 0) * 100}%`;
  return (
    <tr>
      <th scope="row">
        <span className={classes.step}>
          {label}
          <Definition of={label} text={definition} timezone={timezone} />
        </span>
        <div className={classes.track} aria-hidden>
          {step.visitors > 0 && <div className={classes.bar} style={{ width }} />}
        </div>
      </th>
      <td className={classes.count}>{formatCount(step.visitors)}</td>
      <td>{formatShare(step.share_of_first)}</td>
      <td className={classes.soft}>{formatShare(step.share_of_previous)}</td>
      <td className={classes.wide}>
        <ChangeLabel change={changeOf(step.visitors, step.previous_visitors, 'count')} />
      </td>
    </tr>
  );
}
