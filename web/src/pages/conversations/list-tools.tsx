import { getRouteApi } from '@tanstack/react-router';
import type { ConversationFilter } from '@/data/conversation-filter';
import type { Scope } from '@/data/scope';
import { type ConversationSearch, parseConversationSearch } from '@/lib/conversation-search';
import { foundInWords } from '@/lib/found';
import { ExportButton } from '@/lists/export-button';
import { SavedViews } from '@/lists/saved-views';
import { Agreement } from './agreement';
import { NO_FILTERS } from './filter-state';
import classes from './list-tools.module.css';
import { SortSelect } from './sort-select';

const route = getRouteApi('/shell/conversations');

type ListToolsProps = {
  scope: Scope;
  filter: ConversationFilter;
  count: { data: number | undefined; isError: boolean };
};

/** How many there are, and what one does with all of them: order, keep, export. */
export function ListTools({ scope, filter, count }: ListToolsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { domain: _domain, from: _from, to: _to, ...view } = search;
  const change = (changed: ConversationSearch) =>
    void navigate({ search: (current) => ({ ...current, ...changed }) });
  // What is stored may be from another version: it is read as carefully as an address.
  const open = (kept: Record<string, unknown>) => {
    const { domain: _d, from: _f, to: _t, ...known } = parseConversationSearch(kept);
    change({ ...NO_FILTERS, sort: undefined, ...known });
  };
  return (
    <div className={classes.tools}>
      <span className={classes.found} aria-live="polite">
        {foundInWords(count, 'conversation', 'conversations')}
      </span>
      <Agreement scope={scope} />
      <SortSelect value={search.sort} onChange={(sort) => change({ sort })} />
      <SavedViews page="conversations" search={view} onOpen={open} />
      <ExportButton
        list="conversations"
        siteDomains={scope.siteDomains}
        filter={filter}
        sort={search.sort}
        total={count.data}
      />
    </div>
  );
}
