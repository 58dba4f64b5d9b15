import { Autocomplete, Table } from '@mantine/core';
import type { CrmProperty, Preview } from '@/data/crm-mapping';
import type { CrmObject, MappedField, Source } from '@/data/integration';
import classes from './integrations.module.css';

type MappingTableProps = {
  title: string;
  object: CrmObject;
  sources: Source[];
  fields: MappedField[];
  errors: Record<string, string>;
  known: CrmProperty[];
  example: Preview['examples'][CrmObject];
  onChange: (fields: MappedField[]) => void;
};

const KEYS: Record<CrmObject, string> = { contact: 'email', company: 'domain' };

/** Every value of an object: where it goes, and what goes there of a real record. */
export function MappingTable(props: MappingTableProps) {
  const { title, object, sources, fields, errors, known, example, onChange } = props;
  const set = (source: Source, property: string) => {
    const others = fields.filter((each) => each.object !== object || each.source !== source.name);
    const place = fields.findIndex((each) => each.object === object && each.source === source.name);
    const written = { object, source: source.name, property };
    if (property === '') return onChange(others);
    if (place < 0) return onChange([...fields, written]);
    onChange(fields.map((each, index) => (index === place ? written : each)));
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={classes.scroll} aria-label={title} tabIndex={0}>
      <Table className={classes.table} aria-label={title} mt="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{title.split(' → ')[0]}</Table.Th>
            <Table.Th scope="col">HubSpot property</Table.Th>
            <Table.Th scope="col">
              {example ? `Example: ${example.label}` : 'Example: no record yet'}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sources
            .filter((source) => source.object === object)
            .map((source) => {
              const place = fields.findIndex(
                (each) => each.object === object && each.source === source.name,
              );
              const property = fields[place]?.property ?? '';
              const isKey = source.name === KEYS[object];
              return (
                <Table.Tr key={source.name}>
                  <Table.Th scope="row">{source.label}</Table.Th>
                  <Table.Td>
                    <Autocomplete
                      size="xs"
                      aria-label={`Property for ${source.label}`}
                      placeholder="Not sent"
                      disabled={isKey}
                      value={property}
                      data={known.map(({ name }) => name)}
                      limit={20}
                      maxLength={100}
                      error={place < 0 ? undefined : errors[`fields.${place}.property`]}
                      onChange={(value) => set(source, value.trim())}
                    />
                  </Table.Td>
                  <Table.Td>{(property && example?.properties[property]) || '–'}</Table.Td>
                </Table.Tr>
              );
            })}
        </Table.Tbody>
      </Table>
    </section>
  );
}
