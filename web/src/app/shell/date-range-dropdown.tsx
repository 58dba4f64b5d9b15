import '@mantine/dates/styles.layer.css';
import { DatePicker } from '@mantine/dates';
import { useState } from 'react';
import { type Day, type DayRange, presets, previousPeriod } from '@/lib/dates';
import { formatRange } from '@/lib/format';
import classes from './date-range-picker.module.css';

type DateRangeDropdownProps = {
  range: DayRange;
  end: Day;
  /** The preset that is in force, by its id. */
  current: string | undefined;
  onChoose: (range: DayRange) => void;
};

export function DateRangeDropdown({ range, end, current, onChoose }: DateRangeDropdownProps) {
  const [draft, setDraft] = useState<[Day | null, Day | null]>([range.from, range.to]);
  const pick = ([from, to]: [Day | null, Day | null]) => {
    setDraft([from, to]);
    if (from && to) onChoose({ from, to });
  };

  return (
    <div className={classes.dropdown}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a form where there is none */}
      <div className={classes.presets} role="group" aria-label="Ranges">
        {presets(end).map((preset) => (
          <button
            key={preset.id}
            type="button"
            className={classes.preset}
            aria-pressed={preset.id === current}
            onClick={() => onChoose(preset.range)}
          >
            {preset.label}
          </button>
        ))}
      </div>
      <div>
        <DatePicker
          type="range"
          size="sm"
          allowSingleDateInRange
          maxDate={end}
          weekendDays={[]}
          defaultDate={range.to}
          value={draft}
          onChange={pick}
          ariaLabels={{ previousMonth: 'Previous month', nextMonth: 'Next month' }}
        />
        <p className={classes.compared}>
          {draft[0] && !draft[1]
            ? 'Now choose the last day.'
            : `Compared with ${formatRange(previousPeriod(range))}.`}
        </p>
      </div>
    </div>
  );
}
