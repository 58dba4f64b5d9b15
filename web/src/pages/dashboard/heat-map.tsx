import { Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type HeatCell, useHeatMap } from '@/data/heat-map';
import type { Scope } from '@/data/scope';
import { formatCount, formatHour, formatWeekdayName } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import { RowsLink } from '@/ui/rows-link';
import classes from './heat-map.module.css';

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
// Steps of one hue that differ in lightness, so that no colour needs to be told from another.
const STEPS = 5;

type HeatMapProps = { scope: Scope };

/** Conversations by weekday and hour: a table whose shade repeats what its numbers say. */
export function HeatMap({ scope }: HeatMapProps) {
  const { data, error, refetch, isPlaceholderData } = useHeatMap(scope);
  const narrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={260} role="status" aria-label="Loading the heat map" />;

  const counts = new Map(data.map((cell) => [`${cell.weekday} ${cell.hour}`, cell]));
  const most = Math.max(1, ...data.map((cell) => cell.conversations));
  const at = (weekday: number, hour: number) => (
    <Cell key={`${weekday} ${hour}`} cell={counts.get(`${weekday} ${hour}`)} most={most} />
  );

  return (
    <table className={classes.table} data-stale={isPlaceholderData || undefined}>
      <caption className={classes.caption}>
        Conversations by the hour they began, darker where there are more
      </caption>
      {narrow ? (
        <>
          <Heads corner="Hour" heads={WEEKDAYS.map((day) => formatWeekdayName(day, 'short'))} />
          <tbody>
            {HOURS.map((hour) => (
              <tr key={hour}>
                <th scope="row">{formatHour(hour)}</th>
                {WEEKDAYS.map((weekday) => at(weekday, hour))}
              </tr>
            ))}
          </tbody>
        </>
      ) : (
        <>
          <Heads corner="Weekday" heads={HOURS.map(formatHour)} />
          <tbody>
            {WEEKDAYS.map((weekday) => (
              <tr key={weekday}>
                <th scope="row">{formatWeekdayName(weekday, 'short')}</th>
                {HOURS.map((hour) => at(weekday, hour))}
              </tr>
            ))}
          </tbody>
        </>
      )}
    </table>
  );
}

function Heads({ corner, heads }: { corner: string; heads: string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{corner}</th>
        {heads.map((head) => (
          <th key={head} scope="col">
            {head}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Cell({ cell, most }: { cell: HeatCell | undefined; most: number }) {
  if (!cell || cell.conversations === 0) return <td className={classes.none}>0</td>;
  const { weekday, hour, conversations } = cell;
  const count = formatCount(conversations);
  return (
    <td data-heat={Math.ceil((conversations / most) * STEPS)}>
      <RowsLink
        rows={{ to: '/conversations', search: { weekday, hour } }}
        className={classes.cell}
        label={`${count} on ${formatWeekdayName(weekday, 'long')} at ${formatHour(hour)}`}
      >
        {count}
      </RowsLink>
    </td>
  );
}
