import { MultiSelect, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { countSet } from '@/lib/people-filters';
import {
  NO_TICKET_FILTERS,
  TICKET_KINDS,
  TICKET_STATUSES,
  type TicketSearch,
} from '@/lib/ticket-search';
import { KIND_LABELS, STATUS_LABELS } from '@/lib/ticket-words';
import { FilterBar } from '@/ui/filter-bar';
import { SearchInput } from '@/ui/search-input';

const route = getRouteApi('/shell/support');
const KINDS = TICKET_KINDS.map((value) => ({ value, label: KIND_LABELS[value] }));
const STATUSES = TICKET_STATUSES.map((value) => ({ value, label: STATUS_LABELS[value] }));

type TicketFiltersProps = { found: string; tools: ReactNode };

export function TicketFilters({ found, tools }: TicketFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: TicketSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });
  return (
    <FilterBar
      search={
        <SearchInput label="Search tickets" value={search.q} onChange={(q) => change({ q })} />
      }
      found={found}
      tools={tools}
      set={countSet(search, NO_TICKET_FILTERS)}
      onClear={() => change(NO_TICKET_FILTERS)}
    >
      <Select
        aria-label="Kind"
        placeholder="Any kind"
        data={KINDS}
        value={search.kind ?? null}
        onChange={(kind) => change({ kind: TICKET_KINDS.find((each) => each === kind) })}
        clearable
      />
      <MultiSelect
        aria-label="Status"
        placeholder={search.status ? undefined : 'Any status'}
        data={STATUSES}
        value={search.status ?? []}
        onChange={(values) => {
          const status = TICKET_STATUSES.filter((each) => values.includes(each));
          change({ status: status.length > 0 ? status : undefined });
        }}
      />
    </FilterBar>
  );
}
