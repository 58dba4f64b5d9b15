import { IconCalendarCheck, IconCalendarPlus, IconClick, IconMail } from '@tabler/icons-react';
import { CONVERSION_LABELS, CONVERSIONS, type Conversion } from '@/lib/filters';
import classes from './conversion-badges.module.css';

const ICONS: Record<Conversion, typeof IconMail> = {
  email_captured: IconMail,
  demo_proposed: IconCalendarPlus,
  cta_clicked: IconClick,
  demo_booked: IconCalendarCheck,
};

type ConversionBadgeProps = { kind: Conversion };

export function ConversionBadge({ kind }: ConversionBadgeProps) {
  const Icon = ICONS[kind];
  return (
    <span className={classes.badge} data-kind={kind}>
      <Icon size={12} stroke={2} aria-hidden />
      {CONVERSION_LABELS[kind]}
    </span>
  );
}

type ConversionBadgesProps = { flags: Record<Conversion, boolean> };

/** The conversions a conversation has, in the order of the funnel. */
export function ConversionBadges({ flags }: ConversionBadgesProps) {
  return (
    <span className={classes.list}>
      {CONVERSIONS.filter((kind) => flags[kind]).map((kind) => (
        <ConversionBadge key={kind} kind={kind} />
      ))}
    </span>
  );
}
