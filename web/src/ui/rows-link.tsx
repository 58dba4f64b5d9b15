import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Rows } from '@/lib/rows';

type RowsLinkProps = {
  rows: Rows;
  className?: string;
  title?: string;
  label?: string;
  children: ReactNode;
};

/** A number that opens the rows it counts. */
export function RowsLink({ rows, className, title, label, children }: RowsLinkProps) {
  return (
    // Each list reads its own address and drops what it does not know.
    <Link
      to={rows.to as '/conversations'}
      search={rows.search as never}
      className={className}
      title={title}
      aria-label={label}
    >
      {children}
    </Link>
  );
}
