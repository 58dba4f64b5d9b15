import { MultiSelect, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCompany } from '@/data/company';
import type { Scope } from '@/data/scope';
import { useTopValues } from '@/data/top-values';
import { CONVERSION_LABELS, CONVERSIONS } from '@/lib/filters';
import { formatCountry } from '@/lib/format';
import { SCORE_LABELS, SCORES } from '@/lib/interest';
import { withCurrent } from '@/lib/options';
import {
  countSet,
  NO_VISITOR_FILTERS,
  STATUS_LABELS,
  STATUSES,
  STEPS,
  type VisitorSearch,
} from '@/lib/people-filters';
import { FilterBar } from '@/ui/filter-bar';
import { FilterChip } from '@/ui/filter-chip';
import { SearchInput } from '@/ui/search-input';

const route = getRouteApi('/shell/visitors');
const COUNTRIES = 100;
const STATUS_OPTIONS = STATUSES.map((value) => ({ value, label: STATUS_LABELS[value] }));
const SCORE_OPTIONS = SCORES.map((score) => ({
  value: String(score),
  label: `${score} ${SCORE_LABELS[score]}`,
}));
const CONVERSION_OPTIONS = CONVERSIONS.map((value) => ({
  value,
  label: CONVERSION_LABELS[value],
}));

type VisitorFiltersProps = {
  scope: Scope;
  /** How many visitors the filters find, in words. */
  found: string;
  /** What can be done with what is found. */
  tools: ReactNode;
};

export function VisitorFilters({ scope, found, tools }: VisitorFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const countries = useTopValues(scope, 'country', COUNTRIES);
  const seen = (countries.data ?? []).flatMap((row) => (row.value ? [row.value] : []));
  const change = (changed: VisitorSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });

  return (
    <FilterBar
      search={
        <SearchInput
          label="Search name, e-mail or company"
          value={search.q}
          onChange={(q) => change({ q })}
        />
      }
      found={found}
      tools={tools}
      set={countSet(search, NO_VISITOR_FILTERS)}
      onClear={() => change(NO_VISITOR_FILTERS)}
      beside={
        <>
          {search.did && (
            <FilterChip onRemove={() => change({ did: undefined })}>{STEPS[search.did]}</FilterChip>
          )}
          {search.account && (
            <CompanyChip
              siteDomain={scope.domain?.site_domain}
              id={search.account}
              onRemove={() => change({ account: undefined })}
            />
          )}
        </>
      }
    >
      <MultiSelect
        aria-label="Status"
        placeholder={search.status ? undefined : 'Any status'}
        data={STATUS_OPTIONS}
        value={search.status ?? []}
        onChange={(values) => change({ status: STATUSES.filter((each) => values.includes(each)) })}
      />
      <MultiSelect
        aria-label="Interest score"
        placeholder={search.score ? undefined : 'Any interest'}
        data={SCORE_OPTIONS}
        value={search.score?.map(String) ?? []}
        onChange={(values) =>
          change({ score: SCORES.filter((score) => values.includes(String(score))) })
        }
      />
      <MultiSelect
        aria-label="Conversions"
        placeholder={search.conversions ? undefined : 'Any conversion'}
        data={CONVERSION_OPTIONS}
        value={search.conversions ?? []}
        onChange={(values) =>
          change({ conversions: CONVERSIONS.filter((kind) => values.includes(kind)) })
        }
      />
      <Select
        aria-label="Country"
        placeholder="Any country"
        data={withCurrent(seen, search.country, formatCountry)}
        value={search.country ?? null}
        onChange={(country) => change({ country: country ?? undefined })}
        searchable
        clearable
        nothingFoundMessage="No such country in this range"
      />
    </FilterBar>
  );
}

type CompanyChipProps = { siteDomain: string | undefined; id: string; onRemove: () => void };

function CompanyChip({ siteDomain, id, onRemove }: CompanyChipProps) {
  const company = useCompany(siteDomain, id);
  return <FilterChip onRemove={onRemove}>{`Company: ${company.data?.name ?? '…'}`}</FilterChip>;
}
