import { Button, Checkbox, MultiSelect, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import { useTopValues } from '@/data/top-values';
import { CONVERSION_LABELS, CONVERSIONS, type ConversationSearch } from '@/lib/filters';
import { formatCountry } from '@/lib/format';
import { SearchInput } from '@/ui/search-input';
import classes from './conversation-filters.module.css';
import { valueOptions } from './filter-options';
import { filterCount, hasFilters, NO_FILTERS } from './filter-state';

const CONVERSION_OPTIONS = CONVERSIONS.map((value) => ({
  value,
  label: CONVERSION_LABELS[value],
}));
const TURNS = [1, 2, 3, 5, 10].map((count) => ({
  value: String(count),
  label: `${count}+ ${count === 1 ? 'turn' : 'turns'}`,
}));
const OPTIONS = 100;
const route = getRouteApi('/shell/conversations');

type ConversationFiltersProps = {
  scope: Scope;
  /** How many conversations the filters find, in words; null while that is not known. */
  found: string | null;
};

export function ConversationFilters({ scope, found }: ConversationFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, { toggle }] = useDisclosure(false);
  const countries = useTopValues(scope, 'country', OPTIONS);
  const pages = useTopValues(scope, 'page', OPTIONS);
  const change = (changed: ConversationSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });

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
          aria-expanded={open}
          onClick={toggle}
        >
          Filters {filterCount(search) > 0 && `(${filterCount(search)})`}
        </Button>
      </div>
      <div className={classes.more} data-open={open || undefined}>
        <MultiSelect
          aria-label="Conversions"
          placeholder={search.conversions ? undefined : 'Any conversion'}
          data={CONVERSION_OPTIONS}
          value={search.conversions ?? []}
          onChange={(values) =>
            change({ conversions: CONVERSIONS.filter((kind) => values.includes(kind)) })
          }
          className={classes.conversions}
        />
        <Select
          aria-label="Page"
          placeholder="Any page"
          data={valueOptions(pages.data, search.page, (page) => page)}
          value={search.page ?? null}
          onChange={(page) => change({ page: page ?? undefined })}
          searchable
          clearable
          nothingFoundMessage="No such page in this range"
        />
        <Select
          aria-label="Country"
          placeholder="Any country"
          data={valueOptions(countries.data, search.country, formatCountry)}
          value={search.country ?? null}
          onChange={(country) => change({ country: country ?? undefined })}
          searchable
          clearable
          nothingFoundMessage="No such country in this range"
        />
        <Select
          aria-label="Length"
          placeholder="Any length"
          data={TURNS}
          value={search.turns ? String(search.turns) : null}
          onChange={(turns) => change({ turns: turns ? Number(turns) : undefined })}
          clearable
        />
      </div>
      <div className={classes.result}>
        <span className={classes.found} aria-live="polite">
          {found ?? 'Counting…'}
        </span>
        <Checkbox
          size="xs"
          label="With messages only"
          checked={search.messaged ?? false}
          onChange={(event) => change({ messaged: event.currentTarget.checked || undefined })}
        />
        {hasFilters(search) && (
          <Button size="compact-xs" variant="subtle" onClick={() => change(NO_FILTERS)}>
            Clear the filters
          </Button>
        )}
      </div>
    </search>
  );
}
