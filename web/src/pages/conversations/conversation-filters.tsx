import { Button, Drawer, Menu, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconPlus } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import type { Scope } from '@/data/scope';
import type { ConversationSearch } from '@/lib/conversation-search';
import { SearchInput } from '@/ui/search-input';
import classes from './conversation-filters.module.css';
import { FilterChip } from './filter-chip';
import { FILTERS, type FilterKey, isSet } from './filter-definitions';
import { FilterEditor } from './filter-editor';
import { filterCount, hasFilters, NO_FILTERS } from './filter-state';

const route = getRouteApi('/shell/conversations');
const OFFERED = FILTERS.filter((filter) => filter.kind !== 'given');
const GROUPS = [...new Set(OFFERED.map((filter) => filter.group))];

type ConversationFiltersProps = { scope: Scope };

/** The search, the filters that are set, and a menu of those that are not; a drawer on a phone. */
export function ConversationFilters({ scope }: ConversationFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<FilterKey | null>(null);
  const [drawer, { open: openDrawer, close: closeDrawer }] = useDisclosure(false);
  const change = (changed: ConversationSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });

  const unset = OFFERED.filter((filter) => !isSet(filter, search));
  const shown = FILTERS.filter((filter) => isSet(filter, search) || filter.key === open);
  const clear = hasFilters(search) && (
    <Button size="compact-xs" variant="subtle" onClick={() => change(NO_FILTERS)}>
      Clear the filters
    </Button>
  );

  return (
    <search className={classes.bar}>
      <div className={classes.first}>
        <SearchInput
          label="Search what was said"
          className={classes.search}
          value={search.q}
          onChange={(q) => change({ q })}
        />
        <Button
          className={classes.toggle}
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
          onClick={openDrawer}
        >
          Filters {filterCount(search) > 0 && `(${filterCount(search)})`}
        </Button>
      </div>
      <div className={classes.chips}>
        {shown.map((filter) => (
          <FilterChip
            key={filter.key}
            filter={filter}
            scope={scope}
            search={search}
            opened={filter.key === open}
            onOpenChange={(opened) => setOpen(opened ? filter.key : null)}
            onChange={change}
          />
        ))}
        <Menu position="bottom-start" withinPortal returnFocus={false}>
          <Menu.Target>
            <Button
              className={classes.add}
              size="compact-sm"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
            >
              Add filter
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah="min(720px, 75dvh)" style={{ overflowY: 'auto' }}>
            {GROUPS.map((group) => {
              const offered = unset.filter((filter) => filter.group === group);
              return (
                offered.length > 0 && (
                  <Fragment key={group}>
                    <Menu.Label>{group}</Menu.Label>
                    {offered.map((filter) => (
                      <Menu.Item key={filter.key} onClick={() => setOpen(filter.key)}>
                        {filter.label}
                      </Menu.Item>
                    ))}
                  </Fragment>
                )
              );
            })}
          </Menu.Dropdown>
        </Menu>
        {clear}
      </div>
      <Drawer opened={drawer} onClose={closeDrawer} position="bottom" size="85%" title="Filters">
        <Stack gap="sm">
          {OFFERED.map((filter) => (
            <FilterEditor
              key={filter.key}
              filter={filter}
              scope={scope}
              search={search}
              onChange={change}
              labelled
            />
          ))}
          <Button onClick={closeDrawer}>Show the conversations</Button>
        </Stack>
      </Drawer>
    </search>
  );
}
