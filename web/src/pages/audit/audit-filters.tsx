import { Button, Pill, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AuditSearch } from '@/lib/filters';
import { SearchInput } from '@/ui/search-input';
import classes from './audit-page.module.css';
import { ACTIONS, options, SUBJECTS } from './words';

const route = getRouteApi('/shell/audit');
export const NO_FILTERS = {
  q: undefined,
  actor: undefined,
  action: undefined,
  subject: undefined,
} satisfies AuditSearch;

export function hasFilters(search: AuditSearch): boolean {
  return Boolean(search.q ?? search.actor ?? search.action ?? search.subject);
}

type AuditFiltersProps = {
  /** How many entries the filters find, in words. */
  found: string;
  /** Who is asked for, in words. */
  actor: string | undefined;
  /** What one does with all of them. */
  tools: ReactNode;
};

export function AuditFilters({ found, actor, tools }: AuditFiltersProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: AuditSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }), replace: true });

  return (
    <search className={classes.filters}>
      <SearchInput
        label="Search the log"
        className={classes.search}
        value={search.q}
        onChange={(q) => change({ q })}
      />
      <Select
        aria-label="Kind of change"
        placeholder="Any change"
        data={options(ACTIONS, search.action)}
        value={search.action ?? null}
        onChange={(action) => change({ action: action ?? undefined })}
        clearable
      />
      <Select
        aria-label="What was changed"
        placeholder="Anything"
        data={options(SUBJECTS, search.subject)}
        value={search.subject ?? null}
        onChange={(subject) => change({ subject: subject ?? undefined })}
        clearable
      />
      <div className={classes.result}>
        <span className={classes.found} aria-live="polite">
          {found}
        </span>
        {actor && (
          <Pill
            withRemoveButton
            onRemove={() => change({ actor: undefined })}
            removeButtonProps={{ 'aria-label': 'By anybody', 'aria-hidden': false, tabIndex: 0 }}
          >
            By {actor}
          </Pill>
        )}
        {hasFilters(search) && (
          <Button size="compact-xs" variant="subtle" onClick={() => change(NO_FILTERS)}>
            Clear the filters
          </Button>
        )}
        <div className={classes.tools}>{tools}</div>
      </div>
    </search>
  );
}
