import { formatDateTime } from '@/lib/format';

/** A moment of one's own account: in the reader's time, not in a website's. */
export function when(instant: string): string {
  return formatDateTime(instant, Intl.DateTimeFormat().resolvedOptions().timeZone);
}
