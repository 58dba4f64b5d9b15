import { CloseButton, Popover, UnstyledButton } from '@mantine/core';
import type { Scope } from '@/data/scope';
import type { ConversationSearch } from '@/lib/conversation-search';
import { plainText } from '@/lib/plain-text';
import classes from './conversation-filters.module.css';
import { type FilterDefinition, isSet, valueText, withoutFilter } from './filter-definitions';
import { FilterEditor } from './filter-editor';
import { useFilterOptions } from './use-filter-options';

type FilterChipProps = {
  filter: FilterDefinition;
  scope: Scope;
  search: ConversationSearch;
  opened: boolean;
  onOpenChange: (opened: boolean) => void;
  onChange: (changed: ConversationSearch) => void;
};

/** One filter that is set: what it asks for, a way to change it, and a way to take it away. */
export function FilterChip({
  filter,
  scope,
  search,
  opened,
  onOpenChange,
  onChange,
}: FilterChipProps) {
  const choices = useFilterOptions(filter, scope, search);
  const value = isSet(filter, search) ? plainText(valueText(filter, search, choices)) : 'Any';
  const words = filter.kind === 'flag' && isSet(filter, search) ? value : null;
  const remove = () => {
    onOpenChange(false);
    onChange(withoutFilter(filter));
  };
  return (
    <span className={classes.chip}>
      <Popover
        opened={opened}
        onChange={onOpenChange}
        position="bottom-start"
        width={300}
        trapFocus
        returnFocus
        withinPortal
      >
        <Popover.Target>
          <UnstyledButton
            className={classes.chipText}
            onClick={() => filter.kind !== 'given' && onOpenChange(!opened)}
            aria-label={`${filter.label}: ${value}`}
          >
            {words ?? (
              <>
                <span className={classes.chipName}>{filter.label}</span> {value}
              </>
            )}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown aria-label={filter.label}>
          <FilterEditor filter={filter} scope={scope} search={search} onChange={onChange} />
        </Popover.Dropdown>
      </Popover>
      <CloseButton
        size="xs"
        variant="transparent"
        aria-label={`Remove the filter ${filter.label}`}
        onClick={remove}
      />
    </span>
  );
}
