import { MultiSelect, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAccountValues } from '@/data/account-values';
import type { Scope } from '@/data/scope';
import { formatCountry } from '@/lib/format';
import { SCORE_LABELS, SCORES } from '@/lib/interest';
import { withCurrent } from '@/lib/options';
import { type AccountSearch, countSet, NO_ACCOUNT_FILTERS } from '@/lib/people-filters';
import { FilterBar } from '@/ui/filter-bar';
import { SearchInput } from '@/ui/search-input';

const route = getRouteApi('/shell/accounts');
const SCORE_OPTIONS = SCORES.map((score) => ({
  value: String(score),
  label: `${score} ${SCORE_LABELS[score]}`,
}));
const TALKED_OPTIONS = [
  { value: 'true', label: 'Talked to the agent' },
  { value: 'false', label: 'Never talked' },
];

type AccountFiltersProps = {
  scope: Scope;
  /** How many accounts the filters find, in words. */
  found: string;
  /** What can be done with what is found. */
  tools: ReactNode;
};

export function AccountFilters({ scope, found, tools }: AccountFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const industries = useAccountValues(scope.siteDomains, 'industry');
  const countries = useAccountValues(scope.siteDomains, 'country');
  const values = (rows: { value: string }[] = []) => rows.map((row) => row.value);
  const change = (changed: AccountSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });

  return (
    <FilterBar
      search={
        <SearchInput
          label="Search name or domain"
          value={search.q}
          onChange={(q) => change({ q })}
        />
      }
      found={found}
      tools={tools}
      set={countSet(search, NO_ACCOUNT_FILTERS)}
      onClear={() => change(NO_ACCOUNT_FILTERS)}
    >
      <Select
        aria-label="Industry"
        placeholder="Any industry"
        data={withCurrent(values(industries.data), search.industry)}
        value={search.industry ?? null}
        onChange={(industry) => change({ industry: industry ?? undefined })}
        searchable
        clearable
        nothingFoundMessage="No account is of such an industry"
      />
      <Select
        aria-label="Country"
        placeholder="Any country"
        data={withCurrent(values(countries.data), search.country, formatCountry)}
        value={search.country ?? null}
        onChange={(country) => change({ country: country ?? undefined })}
        searchable
        clearable
        nothingFoundMessage="No account is of such a country"
      />
      <MultiSelect
        aria-label="Best interest score"
        placeholder={search.score ? undefined : 'Any interest'}
        data={SCORE_OPTIONS}
        value={search.score?.map(String) ?? []}
        onChange={(chosen) =>
          change({ score: SCORES.filter((score) => chosen.includes(String(score))) })
        }
      />
      <Select
        aria-label="Conversations"
        placeholder="Talked or not"
        data={TALKED_OPTIONS}
        value={search.talked === undefined ? null : String(search.talked)}
        onChange={(talked) => change({ talked: talked === null ? undefined : talked === 'true' })}
        clearable
      />
    </FilterBar>
  );
}
