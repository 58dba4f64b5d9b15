import { Button } from '@mantine/core';
import { type Day, type DayRange, lastDays, lengthOf } from '@/lib/dates';
import { EmptyState } from './empty-state';

const WIDE_DAYS = 90;

type NothingFoundProps = {
  /** What is missing, in the plural. */
  what: string;
  /** What makes some appear. */
  hint: string;
  filtered?: boolean;
  range: DayRange;
  /** The last day there can be figures of. */
  end: Day;
  onClear?: () => void;
  onWiden: (range: DayRange) => void;
};

/** An empty list: whether filters or the range make it so, and the way out of both. */
export function NothingFound(props: NothingFoundProps) {
  const { what, hint, filtered = false, range, end, onClear, onWiden } = props;
  const wide = lastDays(WIDE_DAYS, end);
  const canWiden = lengthOf(range) < WIDE_DAYS || range.to < wide.to;
  return (
    <EmptyState
      title={filtered ? `No ${what} match these filters` : `No ${what} in this range`}
      actions={
        <>
          {filtered && (
            <Button size="xs" variant="default" onClick={onClear}>
              Clear the filters
            </Button>
          )}
          {canWiden && (
            <Button size="xs" onClick={() => onWiden(wide)}>
              Show the last {WIDE_DAYS} days
            </Button>
          )}
        </>
      }
    >
      {filtered ? 'Try fewer filters or other words, or a longer range.' : hint}
    </EmptyState>
  );
}
