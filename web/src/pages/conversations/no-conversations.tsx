import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import { lastDays, lengthOf } from '@/lib/dates';
import { EmptyState } from '@/ui/empty-state';
import { hasFilters, NO_FILTERS } from './filter-state';

const WIDE_DAYS = 90;
const route = getRouteApi('/shell/conversations');

type NoConversationsProps = { scope: Scope };

export function NoConversations({ scope }: NoConversationsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const domains = useDomains();
  const filtered = hasFilters(search);
  const canWiden = lengthOf(scope) < WIDE_DAYS;
  const clear = () => void navigate({ search: (current) => ({ ...current, ...NO_FILTERS }) });
  const widen = () =>
    void navigate({
      search: (current) => ({ ...current, ...lastDays(WIDE_DAYS, endOf(search, domains)) }),
    });

  return (
    <EmptyState
      title={filtered ? 'No conversation matches these filters' : 'No conversations in this range'}
      actions={
        <>
          {filtered && (
            <Button size="xs" variant="default" onClick={clear}>
              Clear the filters
            </Button>
          )}
          {canWiden && (
            <Button size="xs" onClick={widen}>
              Show the last {WIDE_DAYS} days
            </Button>
          )}
        </>
      }
    >
      {filtered
        ? 'Try fewer filters or other words, or a longer range.'
        : 'Conversations appear here as soon as visitors open the widget.'}
    </EmptyState>
  );
}
