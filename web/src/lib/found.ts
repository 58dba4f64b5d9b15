import { formatCount } from './format';

type Count = { data: number | undefined; isError: boolean };

/** How many rows a filter finds, in words; also while they are being counted, and when that failed. */
export function foundInWords({ data, isError }: Count, one: string, many: string): string {
  if (data !== undefined) return `${formatCount(data)} ${data === 1 ? one : many}`;
  return isError ? 'Not counted' : 'Counting…';
}
