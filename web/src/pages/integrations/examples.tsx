import { Table } from '@mantine/core';
import type { Example } from '@/data/crm-runs';
import classes from './integrations.module.css';
import { OBJECT_LABELS } from './words';

const LONGEST = 160;
const clip = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** Some of what a dry run would write: each property, and what it would replace. */
export function Examples({ examples }: { examples: Example[] }) {
  return (
    <details>
      <summary className={classes.text}>Examples of what would be written</summary>
      {examples.map(({ object, label, action, properties }) => (
        <div key={`${object} ${label}`} className={classes.row}>
          <div className={classes.head}>
            <span className={classes.name}>{label}</span>
            <span className={classes.text}>
              {OBJECT_LABELS[object as keyof typeof OBJECT_LABELS] ?? object},{' '}
              {action === 'create' ? 'new' : 'changed'}
            </span>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <section className={classes.scroll} aria-label={`Properties of ${label}`} tabIndex={0}>
            <Table className={classes.table}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">Property</Table.Th>
                  <Table.Th scope="col">Would become</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {properties.map(({ name, value, before }) => (
                  <Table.Tr key={name}>
                    <Table.Th scope="row" className={classes.code}>
                      {name}
                    </Table.Th>
                    <Table.Td>
                      {clip(value)}
                      {before !== null && before !== value && (
                        <span className={classes.before}>now “{clip(before)}”</span>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        </div>
      ))}
    </details>
  );
}
