import type { FunnelStep } from '@/data/conversation-funnel';
import type { Scope } from '@/data/scope';
import { changeOf } from '@/lib/change';
import { formatCount, formatShare } from '@/lib/format';
import { definitionOf, FUNNEL_STEPS, labelOf } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { ChangeLabel } from '@/ui/change-label';
import { Definition } from '@/ui/definition';
import { RowsLink } from '@/ui/rows-link';
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
  const { metric, did } = FUNNEL_STEPS[step.name] ?? { metric: 'funnel', did: 'active' };
  const label = labelOf(metric);
  const width = `${(step.share_of_first ?? 0) * 100}%`;
  return (
    <tr>
      <th scope="row">
        <span className={classes.step}>
          {label}
          <Definition of={label} text={definitionOf(metric)} timezone={timezone} />
        </span>
        <div className={classes.track} aria-hidden>
          {step.visitors > 0 && <div className={classes.bar} style={{ width }} />}
        </div>
      </th>
      <td className={classes.count}>
        {step.visitors > 0 ? (
          <RowsLink rows={{ to: '/visitors', search: { did } }} title="See these visitors">
            {formatCount(step.visitors)}
          </RowsLink>
        ) : (
          formatCount(0)
        )}
      </td>
      <td>{formatShare(step.share_of_first)}</td>
      <td className={classes.soft}>{formatShare(step.share_of_previous)}</td>
      <td className={classes.wide}>
        <ChangeLabel change={changeOf(step.visitors, step.previous_visitors, 'count')} />
      </td>
    </tr>
  );
}
