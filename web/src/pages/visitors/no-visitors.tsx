import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import { countSet, NO_VISITOR_FILTERS } from '@/lib/people-filters';
import { NothingFound } from '@/ui/nothing-found';

const route = getRouteApi('/shell/visitors');

type NoVisitorsProps = { scope: Scope };

export function NoVisitors({ scope }: NoVisitorsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const end = endOf(search, useDomains());
  const change = (changed: object) =>
    void navigate({ search: (current) => ({ ...current, ...changed }) });
  return (
    <NothingFound
      what="visitors"
      hint="Visitors appear here as soon as your website sends their events."
      filtered={countSet(search, NO_VISITOR_FILTERS) > 0}
      range={scope}
      end={end}
      onClear={() => change(NO_VISITOR_FILTERS)}
      onWiden={change}
    />
  );
}
