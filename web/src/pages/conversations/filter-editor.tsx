import { Group, Input, MultiSelect, NumberInput, SegmentedControl, Select } from '@mantine/core';
import type { Scope } from '@/data/scope';
import type { ConversationSearch } from '@/lib/conversation-search';
import { type FilterDefinition, flagLabel, type Option } from './filter-definitions';
import { useFilterOptions } from './use-filter-options';

type FilterEditorProps = {
  filter: FilterDefinition;
  scope: Scope;
  search: ConversationSearch;
  onChange: (changed: ConversationSearch) => void;
  /** Where the editor stands under its own name, as in the drawer of a phone. */
  labelled?: boolean;
};

const TYPED = { scores: true, weekday: true, hour: true } as Partial<Record<string, boolean>>;

export function FilterEditor(props: FilterEditorProps) {
  const choices = useFilterOptions(props.filter, props.scope, props.search);
  return <Editor {...props} choices={choices} />;
}

function Editor({
  filter,
  search,
  onChange,
  labelled = false,
  choices,
}: FilterEditorProps & { choices: Option[] }) {
  const name = labelled ? { label: filter.label } : { 'aria-label': filter.label };
  // A list inside the popover itself: a click in it is no click outside.
  const inside = { comboboxProps: { withinPortal: labelled } };
  switch (filter.kind) {
    case 'some': {
      const value = (search[filter.of] ?? []).map(String);
      const typed = (values: string[]) => (TYPED[filter.of] ? values.map(Number) : values);
      return (
        <MultiSelect
          {...name}
          {...inside}
          placeholder={value.length > 0 ? undefined : 'Any'}
          data={choices}
          value={value}
          onChange={(values) =>
            onChange({ [filter.of]: values.length > 0 ? typed(values) : undefined })
          }
          searchable={choices.length > 8}
          nothingFoundMessage="Nothing of that name"
          clearable
        />
      );
    }
    case 'one': {
      const value = search[filter.of];
      return (
        <Select
          {...name}
          {...inside}
          placeholder="Any"
          data={choices}
          value={value === undefined ? null : String(value)}
          onChange={(chosen) => {
            const typed = TYPED[filter.of] && chosen !== null ? Number(chosen) : chosen;
            onChange({ [filter.of]: typed ?? undefined });
          }}
          searchable={choices.length > 8}
          nothingFoundMessage="Nothing of that name in this range"
          clearable
        />
      );
    }
    case 'range': {
      const quality = filter.key === 'quality';
      const limits = quality
        ? { min: 1, max: 5, step: 0.5, decimalScale: 1 }
        : { min: 0, max: 999, step: 1, decimalScale: 0 };
      const unit = quality ? '' : ' (turns)';
      const field = (of: 'from' | 'to', label: string) => (
        <NumberInput
          key={of}
          label={`${labelled ? `${filter.label}: ` : ''}${label}${unit}`}
          placeholder="Any"
          value={search[filter[of]] ?? ''}
          onChange={(value) =>
            onChange({ [filter[of]]: typeof value === 'number' ? value : undefined })
          }
          {...limits}
        />
      );
      return (
        <Group grow wrap="nowrap" gap="xs">
          {field('from', 'At least')}
          {field('to', 'At most')}
        </Group>
      );
    }
    case 'flag': {
      const value = search[filter.of];
      const values = filter.of === 'messaged' ? [true] : [true, false];
      const control = (
        <SegmentedControl
          aria-label={filter.label}
          fullWidth
          size="xs"
          orientation={values.length > 1 ? 'vertical' : 'horizontal'}
          data={[
            { value: '', label: 'Any' },
            ...values.map((each) => ({ value: String(each), label: flagLabel(filter.of, each) })),
          ]}
          value={value === undefined ? '' : String(value)}
          onChange={(chosen) =>
            onChange({ [filter.of]: chosen === '' ? undefined : chosen === 'true' })
          }
        />
      );
      return labelled ? <Input.Wrapper label={filter.label}>{control}</Input.Wrapper> : control;
    }
    case 'given':
      return null;
  }
}
