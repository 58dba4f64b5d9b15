import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import type { TicketFilter } from '@/data/ticket-list';
import { NO_TICKET_FILTERS, parseTicketSearch } from '@/lib/ticket-search';
import { ExportButton } from '@/lists/export-button';
import { SavedViews } from '@/lists/saved-views';

const route = getRouteApi('/shell/support');

type TicketToolsProps = { scope: Scope; filter: TicketFilter; total: number | undefined };

/** What can be done with the list as it is filtered: kept under a name, saved as a file. */
export function TicketTools({ scope, filter, total }: TicketToolsProps) {
  const { domain: _domain, from: _from, to: _to, new: _new, ...view } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (kept: Record<string, unknown>) => {
    const { domain: _d, from: _f, to: _t, new: _n, ...known } = parseTicketSearch(kept);
    void navigate({
      search: (current) => ({ ...current, ...NO_TICKET_FILTERS, sort: undefined, ...known }),
    });
  };
  return (
    <>
      <SavedViews page="support" search={view} onOpen={open} />
      <ExportButton
        list="tickets"
        siteDomains={scope.siteDomains}
        filter={filter}
        sort={view.sort}
        total={total}
      />
    </>
  );
}
