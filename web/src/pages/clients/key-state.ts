import type { ClientKey } from '@/data/client-access';

export type KeyState = 'active' | 'ending' | 'ended' | 'revoked';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Times = Pick<ClientKey, 'revoked_at' | 'expires_at'>;

export function stateOf({ revoked_at, expires_at }: Times, now: Date): KeyState {
  if (revoked_at !== null) return 'revoked';
  if (expires_at === null) return 'active';
  return Date.parse(expires_at) > now.getTime() ? 'ending' : 'ended';
}

export function works(key: Times, now: Date): boolean {
  return ['active', 'ending'].includes(stateOf(key, now));
}

const several = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** How long a replaced key still works, in its two largest units. */
export function sayLeft(until: string, now: Date): string {
  const left = Date.parse(until) - now.getTime();
  if (left <= 0) return 'over';
  if (left < MINUTE) return 'less than a minute';
  if (left < HOUR) return several(Math.floor(left / MINUTE), 'minute');
  if (left < DAY) {
    const minutes = Math.floor((left % HOUR) / MINUTE);
    const hours = several(Math.floor(left / HOUR), 'hour');
    return minutes > 0 ? `${hours} ${several(minutes, 'minute')}` : hours;
  }
  const hours = Math.floor((left % DAY) / HOUR);
  const days = several(Math.floor(left / DAY), 'day');
  return hours > 0 ? `${days} ${several(hours, 'hour')}` : days;
}

/** The key that new pages should carry: the newest one that nothing ends. */
export function currentKey(keys: ClientKey[], kind: string, now: Date): ClientKey | undefined {
  const own = keys.filter((key) => key.kind === kind);
  return own.find((key) => stateOf(key, now) === 'active') ?? own.find((key) => works(key, now));
}
