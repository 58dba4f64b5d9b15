import type { Settings } from './settings';
import { judgeUrl } from './url-rules';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Whether anything of us may be on this page: the agent is on, and the address is not left out. */
export function mayAppear(settings: Settings, address: string): boolean {
  return settings.on && judgeUrl(settings.display.urls, address).shown;
}

/** Whether this visitor is among those that something is shown to. */
export function mayShow(
  display: Settings['display'],
  visitor: { share: number; languages: readonly string[]; device: keyof typeof display.devices },
  now: Date,
): boolean {
  return (
    visitor.share < display.share &&
    display.devices[visitor.device] &&
    (display.languages.length === 0 ||
      display.languages.some((language) => visitor.languages.includes(language))) &&
    inSchedule(display.schedule, now)
  );
}

function inSchedule(schedule: Settings['display']['schedule'], now: Date): boolean {
  if (!schedule) return true;
  const { weekday, time } = clockIn(schedule.timezone, now);
  const { from, to, weekdays } = schedule;
  if (from <= to) return weekdays.includes(weekday) && from <= time && time < to;
  // Over midnight: what is after it belongs to the evening before.
  if (time >= from) return weekdays.includes(weekday);
  const before = WEEKDAYS[(WEEKDAYS.indexOf(weekday) + 6) % 7] ?? '';
  return time < to && weekdays.includes(before);
}

function clockIn(timezone: string, now: Date): { weekday: string; time: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(
    format.formatToParts(now).map(({ type, value }) => [type, value]),
  );
  return { weekday: (part.weekday ?? '').toLowerCase(), time: `${part.hour}:${part.minute}` };
}

export function deviceOf(agent: string, touchPoints: number): 'desktop' | 'tablet' | 'mobile' {
  // iPads call themselves Macs, which have no touch screens.
  if (/iPad|Tablet/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) return 'tablet';
  if (/Mobi|iPhone|iPod/.test(agent)) return 'mobile';
  return /Android/.test(agent) ? 'tablet' : 'desktop';
}

/** The page's language, then those of its visitor, each as two or three letters. */
export function languagesHere(): string[] {
  const codes = [document.documentElement.lang, ...(navigator.languages ?? [])];
  return codes.map((code) => (code.split('-')[0] ?? '').toLowerCase()).filter(Boolean);
}
