import type { AuditEntry } from '@/data/audit-log-list';
import type { Json } from '@/lib/database.types';

export type Difference = {
  column: string;
  /** What stood there as text; null for nothing. */
  before: string | null;
  after: string | null;
  /** A value that is never written down, such as a key's hash. */
  hidden: boolean;
};

type Row = Record<string, Json | undefined>;

function row(value: Json): Row | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

function shown(value: Json | undefined): string | null {
  if (value == null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** What an entry says column by column: of an update what changed, else every value there is. */
export function differences(entry: Pick<AuditEntry, 'before' | 'after' | 'changed'>): Difference[] {
  const before = row(entry.before);
  const after = row(entry.after);
  const updated = before !== null && after !== null;
  const columns = updated ? entry.changed : Object.keys(after ?? before ?? {});
  return columns.map((column) => ({
    column,
    before: shown(before?.[column]),
    after: shown(after?.[column]),
    hidden: updated && !(column in before) && !(column in after),
  }));
}
