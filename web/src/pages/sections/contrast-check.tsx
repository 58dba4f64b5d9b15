import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { contrastsOf } from '@/lib/contrast';
import { formatDecimal } from '@/lib/format';
import type { SectionColors } from '@/lib/section-content';
import classes from './contrast-check.module.css';

type ContrastCheckProps = { colors: SectionColors };

/** Whether everybody can read it: the contrasts that WCAG 2.2 AA asks for. */
export function ContrastCheck({ colors }: ContrastCheckProps) {
  return (
    <ul className={classes.list} aria-label="Contrast" aria-live="polite">
      {contrastsOf(colors).map(({ label, ratio, needed }) => {
        const enough = ratio >= needed;
        const Icon = enough ? IconCheck : IconAlertTriangle;
        return (
          <li key={label} className={classes.item} data-bad={!enough || undefined}>
            <Icon size={15} aria-hidden />
            <span>
              {label}: <b>{formatDecimal(Math.floor(ratio * 10) / 10)} : 1</b>
              {enough ? ' is enough' : ` is too little; WCAG AA asks for ${needed} : 1`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
