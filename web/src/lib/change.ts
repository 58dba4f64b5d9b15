import { formatCount, formatDecimal, formatShare, NONE } from '@/lib/format';
import type { MetricUnit } from '@/lib/metrics';

export type Direction = 'up' | 'down' | 'same' | 'unknown';
export type Change = { direction: Direction; text: string; spoken: string };

const UNKNOWN: Change = {
  direction: 'unknown',
  text: NONE,
  spoken: 'no comparison: nothing in the previous period',
};

function directionOf(delta: number): Direction {
  if (delta === 0) return 'same';
  return delta > 0 ? 'up' : 'down';
}

const WORDS = { up: 'up', down: 'down', same: 'unchanged', unknown: '' } as const;

export function formatMetric(value: number | null, unit: MetricUnit): string {
  if (unit === 'rate') return formatShare(value);
  return unit === 'average' ? formatDecimal(value, 1) : formatCount(value);
}

/** How a metric moved: percentage points for a rate, percent for everything else. */
export function changeOf(
  current: number | null,
  previous: number | null,
  unit: MetricUnit,
): Change {
  if (current === null || previous === null) return UNKNOWN;
  if (unit !== 'rate' && previous === 0) return current === 0 ? unchanged(previous, unit) : UNKNOWN;

  const delta = unit === 'rate' ? (current - previous) * 100 : (current - previous) / previous;
  // What would be shown as 0.0 is no change, whichever sign it has.
  const rounded = Math.round(delta * (unit === 'rate' ? 10 : 1000));
  if (rounded === 0) return unchanged(previous, unit);

  const direction = directionOf(rounded);
  const size = Math.abs(delta);
  const text = unit === 'rate' ? `${formatDecimal(size, 1)} pp` : formatGrowth(size);
  const spokenSize = unit === 'rate' ? `${formatDecimal(size, 1)} percentage points` : text;
  const from = formatMetric(previous, unit);
  return { direction, text, spoken: `${WORDS[direction]} ${spokenSize}, from ${from}` };
}

// Past tenfold a percentage is hard to read, and says no more than the factor.
const TENFOLD = 9;

function formatGrowth(size: number): string {
  return size < TENFOLD ? formatShare(size) : `${formatDecimal(size + 1, 0)}×`;
}

function unchanged(previous: number, unit: MetricUnit): Change {
  return {
    direction: 'same',
    text: unit === 'rate' ? `${formatDecimal(0, 1)} pp` : formatShare(0),
    spoken: `unchanged at ${formatMetric(previous, unit)}`,
  };
}
