import { Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useDomains } from '@/data/domains';
import { withCurrent } from '@/lib/options';
import { countSet } from '@/lib/people-filters';
import { ROLES, USER_STATES, type UserSearch } from '@/lib/user-filters';
import { FilterBar } from '@/ui/filter-bar';
import { SearchInput } from '@/ui/search-input';
import { NO_USER_FILTERS, ROLE_LABELS, STATE_LABELS } from './words';

const route = getRouteApi('/shell/users');
const ROLE_OPTIONS = ROLES.map((value) => ({ value, label: ROLE_LABELS[value] }));
const STATE_OPTIONS = USER_STATES.map((value) => ({ value, label: STATE_LABELS[value] }));
const FACTOR_OPTIONS = [
  { value: 'on', label: 'Second factor on' },
  { value: 'off', label: 'Second factor off' },
];

type UserFiltersProps = {
  /** How many users the filters find, in words. */
  found: string;
  tools: ReactNode;
};

export function UserFilters({ found, tools }: UserFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const domains = useDomains().map((domain) => domain.site_domain);
  const change = (changed: UserSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });

  return (
    <FilterBar
      search={
        <SearchInput
          label="Search name or e-mail"
          value={search.q}
          onChange={(q) => change({ q })}
        />
      }
      found={found}
      tools={tools}
      set={countSet(search, NO_USER_FILTERS)}
      onClear={() => change(NO_USER_FILTERS)}
    >
      <Select
        aria-label="Role"
        placeholder="Any role"
        data={ROLE_OPTIONS}
        value={search.role ?? null}
        onChange={(role) => change({ role: ROLES.find((each) => each === role) })}
        clearable
      />
      <Select
        aria-label="State"
        placeholder="Any state"
        data={STATE_OPTIONS}
        value={search.state ?? null}
        onChange={(state) => change({ state: USER_STATES.find((each) => each === state) })}
        clearable
      />
      <Select
        aria-label="Assigned domain"
        placeholder="Any domain"
        data={withCurrent(domains, search.of, (domain) => domain)}
        value={search.of ?? null}
        onChange={(of) => change({ of: of ?? undefined })}
        searchable
        clearable
        nothingFoundMessage="No such domain"
      />
      <Select
        aria-label="Second factor"
        placeholder="Any second factor"
        data={FACTOR_OPTIONS}
        value={search.factor ?? null}
        onChange={(factor) =>
          change({ factor: factor === 'on' || factor === 'off' ? factor : undefined })
        }
        clearable
      />
    </FilterBar>
  );
}
