import { Table } from '@mantine/core';
import { type MouseEvent, memo, type ReactNode } from 'react';
import { ListHead } from './list-head';
import classes from './list-table.module.css';

export type Column<Row, Sort extends string> = {
  id: string;
  label: string;
  /** What the figure means, in a tooltip. */
  definition?: string;
  /** Which days the figure is of, under its name. */
  period?: 'all time' | 'in range';
  /** The server's name of this order; it gives the greatest first. */
  sort?: Sort;
  number?: boolean;
  render: (row: Row) => ReactNode;
};

type Key = { site_domain: string; id: string };

type ListTableProps<Row, Sort extends string> = {
  label: string;
  /** The first column holds the row's link, and stays in view. */
  columns: Column<Row, Sort>[];
  rows: Row[];
  /** How many rows there are in all, when known. */
  total?: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
  open: Key | null;
  onOpen: (row: Row) => void;
  busy?: boolean;
  timezone: string;
  children?: ReactNode;
};

/**
 * The table of a list page. mantine-datatable makes its sortable heads buttons without `aria-sort`,
 * of which a screen reader can tell neither column nor order; hence Mantine's own table.
 */
export function ListTable<Row extends Key, Sort extends string>(props: ListTableProps<Row, Sort>) {
  const { label, columns, rows, total, sort, onSort, open, onOpen, busy, timezone } = props;
  return (
    <div className={classes.frame} aria-busy={busy}>
      <section className={classes.scroll} aria-label={label}>
        <Table className={classes.table} aria-label={label} aria-rowcount={(total ?? -2) + 1}>
          <Table.Thead className={classes.heads}>
            <Table.Tr>
              {columns.map((column) => (
                <ListHead
                  key={column.id}
                  column={column}
                  sorted={column.sort !== undefined && column.sort === sort}
                  onSort={onSort}
                  timezone={timezone}
                />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <ListRow
                key={`${row.site_domain} ${row.id}`}
                row={row}
                columns={columns}
                open={open?.id === row.id && open.site_domain === row.site_domain}
                onOpen={onOpen}
              />
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {props.children}
    </div>
  );
}

type ListRowProps<Row, Sort extends string> = {
  row: Row;
  columns: Column<Row, Sort>[];
  open: boolean;
  onOpen: (row: Row) => void;
};

function PlainRow<Row, Sort extends string>(props: ListRowProps<Row, Sort>) {
  const { row, columns, open, onOpen } = props;
  const onClick = (event: MouseEvent) => {
    const inside = (event.target as HTMLElement).closest('a, button');
    if (inside || window.getSelection()?.type === 'Range') return;
    onOpen(row);
  };
  return (
    // The link in the first cell is the keyboard's way.
    <Table.Tr className={classes.row} data-open={open || undefined} onClick={onClick}>
      {columns.map((column, index) =>
        index === 0 ? (
          <Table.Th key={column.id} scope="row">
            {column.render(row)}
          </Table.Th>
        ) : (
          <Table.Td key={column.id} data-number={column.number || undefined}>
            {column.render(row)}
          </Table.Td>
        ),
      )}
    </Table.Tr>
  );
}

// Lists grow long; what does not change is not drawn again.
const ListRow = memo(PlainRow) as typeof PlainRow;
