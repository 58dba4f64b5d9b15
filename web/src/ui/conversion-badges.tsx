import { VisuallyHidden } from '@mantine/core';
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
      <Icon size={13} stroke={2} aria-hidden />
      {CONVERSION_LABELS[kind]}
    </span>
  );
}

type ConversionMarksProps = { flags: Record<Conversion, boolean> };

/** The four conversions in the order of the funnel, those that happened lit: to be read down a column. */
export function ConversionMarks({ flags }: ConversionMarksProps) {
  return (
    <span className={classes.marks}>
      {CONVERSIONS.map((kind) => {
        const Icon = ICONS[kind];
        const happened = flags[kind];
        return (
          <span
            key={kind}
            className={classes.mark}
            data-kind={happened ? kind : undefined}
            title={happened ? CONVERSION_LABELS[kind] : undefined}
          >
            {happened ? <Icon size={15} stroke={2} aria-hidden /> : <i aria-hidden />}
            {happened && <VisuallyHidden>{CONVERSION_LABELS[kind]}</VisuallyHidden>}
          </span>
        );
      })}
    </span>
  );
}
