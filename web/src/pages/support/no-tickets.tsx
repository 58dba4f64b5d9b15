import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import { countSet } from '@/lib/people-filters';
import { NO_TICKET_FILTERS } from '@/lib/ticket-search';
import { EmptyState } from '@/ui/empty-state';
import { NothingFound } from '@/ui/nothing-found';
import { Writes } from '@/ui/writes';

const route = getRouteApi('/shell/support');

type NoTicketsProps = { scope: Scope; onWrite: () => void };

export function NoTickets({ scope, onWrite }: NoTicketsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const end = endOf(search, useDomains());
  const change = (changed: object) =>
    void navigate({ search: (current) => ({ ...current, ...changed }) });
  if (countSet(search, NO_TICKET_FILTERS) > 0) {
    return (
      <NothingFound
        what="tickets"
        hint=""
        filtered
        range={scope}
        end={end}
        onClear={() => change(NO_TICKET_FILTERS)}
        onWiden={change}
      />
    );
  }
  return (
    <EmptyState
      title="No tickets in this range"
      actions={
        <Writes>
          <Button size="xs" onClick={onWrite}>
            New ticket
          </Button>
        </Writes>
      }
    >
      When the agent answers wrongly, open the conversation and press “Report issue”. For anything
      else, write a ticket here.
    </EmptyState>
  );
}
