import { type DayRange, previousPeriod } from '@/lib/dates';
import { formatRange } from '@/lib/format';
import { timezoneLabel } from '@/lib/timezone';

type ScopeNoteProps = {
  range: DayRange;
  timezone: string | null;
  siteDomains: string[];
  compared?: boolean;
};

/** In words: which days are shown, whose days they are, and what they are compared with. */
export function ScopeNote({ range, timezone, siteDomains, compared = true }: ScopeNoteProps) {
  const whose =
    siteDomains.length > 1
      ? `sum of ${siteDomains.length} domains, each with its own days`
      : `days in ${timezoneLabel(timezone)}`;
  return (
    <>
      {formatRange(range)}
      {compared && <> compared with {formatRange(previousPeriod(range))}</>}
      {' · '}
      {whose}
    </>
  );
}
