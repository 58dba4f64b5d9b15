import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import { NothingFound } from '@/ui/nothing-found';
import { hasFilters, NO_FILTERS } from './filter-state';

const route = getRouteApi('/shell/conversations');

type NoConversationsProps = { scope: Scope };

export function NoConversations({ scope }: NoConversationsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const end = endOf(search, useDomains());
  const change = (changed: object) =>
    void navigate({ search: (current) => ({ ...current, ...changed }) });
  return (
    <NothingFound
      what="conversations"
      hint="Conversations appear here as soon as visitors open the widget."
      filtered={hasFilters(search)}
      range={scope}
      end={end}
      onClear={() => change(NO_FILTERS)}
      onWiden={change}
    />
  );
}
