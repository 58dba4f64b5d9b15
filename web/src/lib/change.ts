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

/** In place of any change while days of either period are missing. */
export const INCOMPLETE: Change = {
  ...UNKNOWN,
  spoken: 'no comparison: demo traffic has not all arrived',
};

const WORDS = { up: 'up', down: 'down', same: 'unchanged', unknown: '' } as const;

export function formatMetric(value: number | null, unit: MetricUnit): string {
  if (unit === 'rate') return formatShare(value);
  return unit === 'count' ? formatCount(value) : formatDecimal(value, 1);
}

/** How a metric moved: percentage points for a rate, points for a score, percent for everything else. */
export function changeOf(
  current: number | null,
  previous: number | null,
  unit: MetricUnit,
): Change {
  if (current === null || previous === null) return UNKNOWN;
  const grows = unit === 'count' || unit === 'average';
  if (grows && previous === 0) return current === 0 ? unchanged(previous, unit) : UNKNOWN;

  const points = (current - previous) * (unit === 'rate' ? 100 : 1);
  const delta = grows ? points / previous : points;
  // What would be shown as 0.0 is no change, whichever sign it has.
  const rounded = Math.round(delta * (grows ? 1000 : 10));
  if (rounded === 0) return unchanged(previous, unit);

  const direction = directionOf(rounded);
  const size = Math.abs(delta);
  const text = grows ? formatGrowth(size) : `${formatDecimal(size, 1)}${POINTS[unit].text}`;
  const spokenSize = grows ? text : `${formatDecimal(size, 1)} ${POINTS[unit].spoken}`;
  const from = formatMetric(previous, unit);
  return { direction, text, spoken: `${WORDS[direction]} ${spokenSize}, from ${from}` };
}

/** What a difference is measured in where it is not a share of what was. */
const POINTS = {
  rate: { text: ' pp', spoken: 'percentage points' },
  score: { text: '', spoken: 'points' },
};

// Past tenfold a percentage is hard to read, and says no more than the factor.
const TENFOLD = 9;

function formatGrowth(size: number): string {
  return size < TENFOLD ? formatShare(size) : `${formatDecimal(size + 1, 0)}×`;
}

function unchanged(previous: number, unit: MetricUnit): Change {
  return {
    direction: 'same',
    text:
      unit === 'count' || unit === 'average'
        ? formatShare(0)
        : `${formatDecimal(0, 1)}${POINTS[unit].text}`,
    spoken: `unchanged at ${formatMetric(previous, unit)}`,
  };
}
