import { Table } from '@mantine/core';
import { type CSSProperties, type MouseEvent, memo, type ReactNode, useRef } from 'react';
import { useShortcuts } from '@/lib/shortcuts';
import { ListFoot } from './list-foot';
import { ListHead } from './list-head';
import classes from './list-table.module.css';
import { type ListPages, useRowsInView } from './rows-in-view';

export type Column<Row, Sort extends string> = {
  id: string;
  label: string;
  /** What the figure means, in a tooltip. */
  definition?: string;
  /** Which days the figure is of, under its name. */
  period?: 'all time' | 'in range';
  /** The server's name of this order; it gives the greatest first. */
  sort?: Sort;
  /** That order gives the least first. */
  ascending?: boolean;
  number?: boolean;
  /** In pixels; it does not depend on the rows that are in view. */
  width: number;
  render: (row: Row) => ReactNode;
};

type Key = { site_domain: string; id: string };

type ListTableProps<Row, Sort extends string> = {
  label: string;
  /** The first column holds the row's link, and stays in view. */
  columns: Column<Row, Sort>[];
  rows: Row[];
  list: ListPages;
  /** How many rows there are in all, when known. */
  total?: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
  open: Key | null;
  onOpen: (row: Row) => void;
  busy?: boolean;
  timezone: string;
};

/**
 * The table of a list page: rows by the thousand, of which those in view are in the document, and
 * the next page is asked for before its end is reached. mantine-datatable makes its sortable heads buttons without `aria-sort`,
 * of which a screen reader can tell neither column nor order; hence Mantine's own table.
 */
export function ListTable<Row extends Key, Sort extends string>(props: ListTableProps<Row, Sort>) {
  const { label, columns, rows, list, total, sort, onSort, open, onOpen, busy, timezone } = props;
  const frame = useRef<HTMLElement>(null);
  const first = rows[0];
  useShortcuts(first && !open ? { j: () => onOpen(first) } : {});
  const isOpen = (row: Row) => open?.id === row.id && open.site_domain === row.site_domain;
  const { items, measure, before, after } = useRowsInView({
    frame,
    list,
    keys: rows.map((row) => `${row.site_domain} ${row.id}`),
    open: open ? rows.findIndex(isOpen) : -1,
  });
  return (
    <div className={classes.frame} aria-busy={busy}>
      <section ref={frame} className={classes.scroll} aria-label={label}>
        <Table
          className={classes.table}
          aria-label={label}
          aria-rowcount={(total ?? -2) + 1}
          onMouseOver={tellWhole}
          style={{ minWidth: columns.reduce((sum, column) => sum + column.width, 0) }}
        >
          <colgroup>
            {columns.map((column) => (
              <col key={column.id} style={widthOf(column)} />
            ))}
          </colgroup>
          <Table.Thead className={classes.heads}>
            <Table.Tr aria-rowindex={1}>
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
            <Gap height={before} columns={columns.length} />
            {items.map(({ key, index }) => {
              const row = rows[index];
              return (
                row && (
                  <ListRow
                    key={key}
                    row={row}
                    index={index}
                    columns={columns}
                    measure={measure}
                    open={isOpen(row)}
                    onOpen={onOpen}
                  />
                )
              );
            })}
            <Gap height={after} columns={columns.length} />
          </Table.Tbody>
        </Table>
      </section>
      <ListFoot list={list} shown={rows.length} />
    </div>
  );
}

/** Whoever points at a cell that is cut off reads all of it. */
function tellWhole({ target }: MouseEvent) {
  const cell = (target as HTMLElement).closest('td');
  if (!cell) return;
  const cut = cell.scrollWidth > cell.clientWidth;
  cell.title = cut ? cell.innerText.trim() : '';
}

/** As a property of its own, so that a style sheet may give the first column less on a phone. */
function widthOf({ width }: { width: number }): CSSProperties {
  return { '--column-width': `${width}px` } as CSSProperties;
}

/** Stands for the rows that are not in the document. */
function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr className={classes.gap} aria-hidden>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

type ListRowProps<Row, Sort extends string> = {
  row: Row;
  index: number;
  columns: Column<Row, Sort>[];
  measure: (row: HTMLTableRowElement | null) => void;
  open: boolean;
  onOpen: (row: Row) => void;
};

function PlainRow<Row, Sort extends string>(props: ListRowProps<Row, Sort>) {
  const { row, index, columns, measure, open, onOpen } = props;
  const onClick = (event: MouseEvent) => {
    const inside = (event.target as HTMLElement).closest('a, button');
    if (inside || window.getSelection()?.type === 'Range') return;
    onOpen(row);
  };
  return (
    // The link in the first cell is the keyboard's way.
    <Table.Tr
      ref={measure}
      data-index={index}
      className={classes.row}
      aria-rowindex={index + 2}
      data-open={open || undefined}
      onClick={onClick}
    >
      {columns.map((column, place) =>
        place === 0 ? (
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

// What does not change is not drawn again while the list scrolls.
const ListRow = memo(PlainRow) as typeof PlainRow;
