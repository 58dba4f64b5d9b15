import { IconBuilding, IconMail, IconUserQuestion } from '@tabler/icons-react';
import { STATUS_DEFINITIONS, STATUS_LABELS, STATUSES, type Status } from '@/lib/people-filters';
import classes from './status-badge.module.css';

const ICONS: Record<Status, typeof IconMail> = {
  known: IconMail,
  'semi-known': IconBuilding,
  anonymous: IconUserQuestion,
};

type StatusBadgeProps = { status: string };

export function StatusBadge({ status }: StatusBadgeProps) {
  const known = STATUSES.find((each) => each === status) ?? 'anonymous';
  const Icon = ICONS[known];
  return (
    <span className={classes.badge} data-status={known} title={STATUS_DEFINITIONS[known]}>
      <Icon size={13} stroke={2} aria-hidden />
      {STATUS_LABELS[known]}
    </span>
  );
}
