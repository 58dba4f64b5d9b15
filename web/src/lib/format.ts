import type { Bucket, Day, DayRange } from '@/lib/dates';

/** What stands where there is no number: a rate without a denominator, a change from nothing. */
export const NONE = '–';

type Numeric = number | null | undefined;

// `undefined` is the reader's own locale; tests set one.
let locale: string | undefined;
export function setLocale(tag: string | undefined): void {
  locale = tag;
  numberFormats.clear();
  dateFormats.clear();
}

const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const format = numberFormats.get(key) ?? new Intl.NumberFormat(locale, options);
  numberFormats.set(key, format);
  return format;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const format = dateFormats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  dateFormats.set(key, format);
  return format;
}

export function formatCount(value: Numeric): string {
  return value == null ? NONE : numbers({ maximumFractionDigits: 0 }).format(value);
}

export function formatDecimal(value: Numeric, digits = 1): string {
  if (value == null) return NONE;
  return numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A share 0..1 as a percentage with one decimal. */
export function formatShare(value: Numeric): string {
  if (value == null) return NONE;
  return numbers({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    value,
  );
}

/** Seconds or minutes, for how long an answer took. */
export function formatLatency(milliseconds: number): string {
  if (milliseconds < 60_000) {
    return numbers({
      style: 'unit',
      unit: 'second',
      unitDisplay: 'narrow',
      maximumFractionDigits: 1,
    }).format(milliseconds / 1000);
  }
  return numbers({
    style: 'unit',
    unit: 'minute',
    unitDisplay: 'narrow',
    maximumFractionDigits: 0,
  }).format(milliseconds / 60_000);
}

const asUtc = (day: Day) => new Date(`${day}T00:00:00Z`);

export function formatWeekday(day: Day): string {
  return dates({
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(asUtc(day));
}

/** An hour of the day as a clock of 24 shows it: two digits say it everywhere. */
export function formatHour(hour: number): string {
  return String(hour).padStart(2, '0');
}

export function formatRange(range: DayRange): string {
  return dates({ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).formatRange(
    asUtc(range.from),
    asUtc(range.to),
  );
}

/** How a bucket of a chart is called on its axis. */
export function formatBucket(day: Day, bucket: Bucket): string {
  if (bucket === 'month') {
    return dates({ timeZone: 'UTC', month: 'short', year: 'numeric' }).format(asUtc(day));
  }
  return dates({ timeZone: 'UTC', day: 'numeric', month: 'short' }).format(asUtc(day));
}

export function formatTime(instant: string, timeZone: string): string {
  return dates({ timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(instant));
}

export function formatDateTime(instant: string, timeZone: string): string {
  return dates({ timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
}

/** Day and time for a list: the year only when it is not the current one. */
export function formatShortDateTime(
  instant: string,
  timeZone: string,
  { withZone = false, now = new Date() } = {},
): string {
  const date = new Date(instant);
  const year = date.getUTCFullYear() === now.getUTCFullYear() ? undefined : 'numeric';
  return dates({
    timeZone,
    day: 'numeric',
    month: 'short',
    year,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: withZone ? 'short' : undefined,
  }).format(date);
}

export function formatCountry(code: string): string {
  try {
    return (
      new Intl.DisplayNames(locale ? [locale] : undefined, { type: 'region' }).of(code) ?? code
    );
  } catch {
    return code;
  }
}

export function formatLanguage(code: string): string {
  try {
    return (
      new Intl.DisplayNames(locale ? [locale] : undefined, { type: 'language' }).of(code) ?? code
    );
  } catch {
    return code;
  }
}

const AGES: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long ago it was, in the largest unit that fits. */
export function formatAge(instant: string, now = new Date()): string {
  const age = now.getTime() - new Date(instant).getTime();
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const [unit, length] = AGES.find(([, length]) => age >= length) ?? ['minute', 60_000];
  return format.format(-Math.floor(Math.max(age, 0) / length), unit);
}

/** A weekday's name: 1 is Monday, 7 Sunday. */
export function formatWeekdayName(weekday: number, width: 'short' | 'long' = 'long'): string {
  // The first of January 2024 was a Monday.
  return dates({ timeZone: 'UTC', weekday: width }).format(new Date(Date.UTC(2024, 0, weekday)));
}
