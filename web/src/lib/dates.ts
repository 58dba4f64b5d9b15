import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc';

dayjs.extend(utc);

/** A calendar day, `YYYY-MM-DD`, of whichever timezone the domain keeps. */
export type Day = string;
export type DayRange = { from: Day; to: Day };
export type Bucket = 'day' | 'week' | 'month';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function at(day: Day): dayjs.Dayjs {
  return dayjs.utc(day);
}

export function isDay(value: unknown): value is Day {
  return typeof value === 'string' && DAY.test(value) && at(value).format('YYYY-MM-DD') === value;
}

export function addDays(day: Day, count: number): Day {
  return at(day).add(count, 'day').format('YYYY-MM-DD');
}

/** How many days the range has, both ends included. */
export function lengthOf(range: DayRange): number {
  return at(range.to).diff(at(range.from), 'day') + 1;
}

/** The longest range the server counts over. */
export const MAX_DAYS = 366;

/** The range, its beginning cut off where it is longer than the server counts over. */
export function clampRange(range: DayRange): DayRange {
  return lengthOf(range) <= MAX_DAYS ? range : lastDays(MAX_DAYS, range.to);
}

// Making one takes a hundred times as long as using it.
const dayFormats = new Map<string, Intl.DateTimeFormat>();

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const format =
    dayFormats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  dayFormats.set(timeZone, format);
  return format;
}

/** The calendar day of an instant in a timezone. */
export function dayOf(instant: Date, timezone: string): Day {
  const parts = dayFormat(timezone).formatToParts(instant);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** The calendar day it is now in a timezone. */
export function today(timezone: string, now: Date = new Date()): Day {
  return dayOf(now, timezone);
}

/** The latest current day among timezones, so that nobody's newest figures are left out. */
export function latestToday(timezones: string[], now: Date = new Date()): Day {
  const days = timezones.map((zone) => today(zone, now)).sort();
  return days.at(-1) ?? today('UTC', now);
}

/** As many days as the range has, right before it: what the server compares with. */
export function previousPeriod(range: DayRange): DayRange {
  const length = lengthOf(range);
  return { from: addDays(range.from, -length), to: addDays(range.from, -1) };
}

export function lastDays(count: number, end: Day): DayRange {
  return { from: addDays(end, 1 - count), to: end };
}

export type Preset = { id: string; label: string; range: DayRange };

export function presets(end: Day): Preset[] {
  const month = at(end).startOf('month');
  const lastMonth = month.subtract(1, 'month');
  const format = (day: dayjs.Dayjs) => day.format('YYYY-MM-DD');
  return [
    { id: 'today', label: 'Today', range: lastDays(1, end) },
    { id: '7d', label: 'Last 7 days', range: lastDays(7, end) },
    { id: '28d', label: 'Last 28 days', range: lastDays(28, end) },
    { id: '90d', label: 'Last 90 days', range: lastDays(90, end) },
    { id: 'month', label: 'This month', range: { from: format(month), to: end } },
    {
      id: 'last-month',
      label: 'Last month',
      range: { from: format(lastMonth), to: format(lastMonth.endOf('month')) },
    },
  ];
}

export function presetOf(range: DayRange, end: Day): Preset | null {
  const same = (preset: Preset) => preset.range.from === range.from && preset.range.to === range.to;
  return presets(end).find(same) ?? null;
}

/** The finest bucket that still leaves a readable number of points. */
export function defaultBucket(range: DayRange): Bucket {
  const length = lengthOf(range);
  if (length <= 92) return 'day';
  return length <= 366 ? 'week' : 'month';
}
