import { Table } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { Definition } from './definition';
import classes from './list-table.module.css';

type Head<Sort extends string> = {
  label: string;
  definition?: string;
  period?: 'all time' | 'in range';
  sort?: Sort;
  ascending?: boolean;
  number?: boolean;
};

type ListHeadProps<Sort extends string> = {
  column: Head<Sort>;
  sorted: boolean;
  onSort: (sort: Sort) => void;
  timezone: string;
};

/** The head of a column: its name, its definition, and the order it gives. */
export function ListHead<Sort extends string>(props: ListHeadProps<Sort>) {
  const { column, sorted, onSort, timezone } = props;
  const { label, definition, period, sort, ascending, number } = column;
  const Arrow = ascending ? IconArrowUp : IconArrowDown;
  const Icon = sorted ? Arrow : IconArrowsSort;
  return (
    <Table.Th
      scope="col"
      data-number={number || undefined}
      aria-sort={sorted ? (ascending ? 'ascending' : 'descending') : undefined}
    >
      <span className={classes.head}>
        {sort === undefined ? (
          label
        ) : (
          <button type="button" className={classes.sort} onClick={() => onSort(sort)}>
            {label}
            <Icon size={13} stroke={2} aria-hidden data-idle={!sorted || undefined} />
          </button>
        )}
        {definition && (
          <Definition
            of={label}
            text={definition}
            timezone={period === 'in range' ? timezone : undefined}
          />
        )}
      </span>
      {period && <span className={classes.period}>{period}</span>}
    </Table.Th>
  );
}
