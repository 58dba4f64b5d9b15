import { TICKET_STATUSES } from '@/lib/ticket-search';
import { STATUS_DEFINITIONS, STATUS_LABELS } from '@/lib/ticket-words';
import classes from './ticket-status.module.css';

type TicketStatusProps = {
  status: string;
  /** What Linear itself calls it, which says more than our word. */
  state?: string | null;
};

export function TicketStatusBadge({ status, state }: TicketStatusProps) {
  const known = TICKET_STATUSES.find((each) => each === status) ?? 'open';
  const label = STATUS_LABELS[known];
  return (
    <span
      className={classes.badge}
      data-status={known}
      title={
        state && state !== label
          ? `${STATUS_DEFINITIONS[known]} In Linear: ${state}.`
          : STATUS_DEFINITIONS[known]
      }
    >
      {label}
    </span>
  );
}
