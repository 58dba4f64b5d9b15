import { Button, Popover, Skeleton } from '@mantine/core';
import { IconCalendar, IconChevronDown } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { type Day, type DayRange, presetOf } from '@/lib/dates';
import { formatRange } from '@/lib/format';

// A calendar is heavy, and most visits never open it.
const DateRangeDropdown = lazy(() =>
  import('./date-range-dropdown').then((module) => ({ default: module.DateRangeDropdown })),
);

type DateRangePickerProps = {
  range: DayRange;
  /** The current day where the newest figures are: nothing later can be chosen. */
  end: Day;
  onChange: (range: DayRange) => void;
};

export function DateRangePicker({ range, end, onChange }: DateRangePickerProps) {
  const [opened, setOpened] = useState(false);
  const current = presetOf(range, end);
  const words = formatRange(range);

  const choose = (next: DayRange) => {
    onChange(next);
    setOpened(false);
  };

  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          justify="space-between"
          leftSection={<IconCalendar size={16} stroke={1.7} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Dates: ${current ? `${current.label}, ` : ''}${words}`}
          title={words}
          onClick={() => setOpened((open) => !open)}
        >
          {current?.label ?? words}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Dates">
        <Suspense fallback={<Skeleton w={280} h={300} />}>
          <DateRangeDropdown range={range} end={end} current={current?.id} onChoose={choose} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
