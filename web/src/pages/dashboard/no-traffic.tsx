import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import { lastDays, lengthOf } from '@/lib/dates';
import { EmptyState } from '@/ui/empty-state';
import { Panel } from '@/ui/panel';

const WIDE_DAYS = 90;
const route = getRouteApi('/shell/dashboard');

type NoTrafficProps = { scope: Scope };

export function NoTraffic({ scope }: NoTrafficProps) {
  const navigate = route.useNavigate();
  const domains = useDomains();
  const search = route.useSearch();
  const wide = lastDays(WIDE_DAYS, endOf(search, domains));
  const canWiden = lengthOf(scope) < WIDE_DAYS || scope.to < wide.to;
  const widen = () => void navigate({ search: (current) => ({ ...current, ...wide }) });

  return (
    <Panel title="No traffic in this range">
      <EmptyState
        title="Nobody was shown the widget, and nobody wrote"
        actions={
          canWiden && (
            <Button size="xs" onClick={widen}>
              Show the last {WIDE_DAYS} days
            </Button>
          )
        }
      >
        {canWiden
          ? 'Choose a longer range or another domain.'
          : 'Once the widget is on the website and visitors see it, the figures appear here.'}
      </EmptyState>
    </Panel>
  );
}
