import type { Schema } from '@/lib/configuration';
import type { Json } from '@/lib/json';
import { formatValue, schemaAt, titleOf } from '@/lib/schema-fields';
import classes from './changes-table.module.css';

type Row = { pointer: string; before?: Json; after?: Json };
export type Switched = { before: boolean | null; after: boolean | null };

type ChangesTableProps = {
  /** Of what, for a screen reader. */
  label: string;
  schema: Schema;
  changes: Row[];
  /** On or off, where that changed, too. */
  switched?: Switched | null;
  heads?: [before: string, after: string];
};

const STATES = { null: 'As inherited', true: 'On', false: 'Off' };
export const sayEnabled = (enabled: boolean | null) => STATES[`${enabled}`];

/** What differs, field by field: what stood there, and what will. */
export function ChangesTable(props: ChangesTableProps) {
  const { label, schema, changes, switched, heads = ['Before', 'After'] } = props;
  return (
    <table className={classes.table}>
      <caption className={classes.caption}>{label}</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {switched && switched.before !== switched.after && (
          <tr>
            <th scope="row">On or off</th>
            <td>
              <del>{sayEnabled(switched.before)}</del>
            </td>
            <td>
              <ins>{sayEnabled(switched.after)}</ins>
            </td>
          </tr>
        )}
        {changes.map(({ pointer, before, after }) => {
          const field = schemaAt(schema, pointer);
          return (
            <tr key={pointer}>
              <th scope="row">{titleOf(schema, pointer)}</th>
              <td>
                <del>{formatValue(schema, field, before)}</del>
              </td>
              <td>
                <ins>{formatValue(schema, field, after)}</ins>
                {field?.['x-secret'] && before !== '' && after !== '' && ' (another one)'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
