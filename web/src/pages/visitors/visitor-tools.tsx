import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import type { VisitorFilter } from '@/data/visitor-filter';
import { NO_VISITOR_FILTERS, parseVisitorSearch } from '@/lib/people-filters';
import { ExportButton } from '@/lists/export-button';
import { SavedViews } from '@/lists/saved-views';

const route = getRouteApi('/shell/visitors');

type VisitorToolsProps = { scope: Scope; filter: VisitorFilter; total: number | undefined };

/** What can be done with the list as it is filtered: kept under a name, saved as a file. */
export function VisitorTools({ scope, filter, total }: VisitorToolsProps) {
  // Without what an open panel has in the address.
  const { domain: _domain, from: _from, to: _to, ...view } = parseVisitorSearch(route.useSearch());
  const navigate = route.useNavigate();
  const open = (kept: Record<string, unknown>) => {
    const { domain: _d, from: _f, to: _t, ...known } = parseVisitorSearch(kept);
    void navigate({
      search: (current) => ({ ...current, ...NO_VISITOR_FILTERS, sort: undefined, ...known }),
    });
  };
  return (
    <>
      <SavedViews page="visitors" search={view} onOpen={open} />
      <ExportButton
        list="visitors"
        siteDomains={scope.siteDomains}
        filter={filter}
        sort={view.sort}
        total={total}
      />
    </>
  );
}
