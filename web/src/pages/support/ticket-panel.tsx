import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useDomains } from '@/data/domains';
import { useLinear } from '@/data/linear';
import { useTicket } from '@/data/ticket';
import { ticketFilter, useTicketList } from '@/data/ticket-list';
import { useScope } from '@/data/use-scope';
import { plainText } from '@/lib/plain-text';
import { ErrorState } from '@/ui/error-state';
import { neighboursOf } from '@/ui/neighbours';
import { PanelActions } from '@/ui/panel-actions';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { SidePanel } from '@/ui/side-panel';
import { TicketDetail } from './ticket-detail';

const route = getRouteApi('/shell/support/$domain/$id');

/** One ticket: what was reported, how it stands, and what happened to it. */
export function TicketPanel() {
  const { domain, id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scope = useScope(search);
  const filter = useMemo(() => ticketFilter(scope, search), [scope, search]);
  const linear = useLinear();
  const configured = linear.data?.configured;
  const list = useTicketList(scope.siteDomains, filter, search.sort, configured);
  const { data, error, refetch } = useTicket(domain, id, configured);
  const timezone = useDomains().find((each) => each.site_domain === domain)?.timezone ?? 'UTC';

  const close = () =>
    void navigate({ to: '/support', search: (current) => current, resetScroll: false });
  const neighbours = neighboursOf(list, { domain, id }, (row) => {
    void navigate({
      to: '/support/$domain/$id',
      params: { domain: row.site_domain, id: row.id },
      search: (current) => current,
      replace: true,
      resetScroll: false,
    });
  });

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton label="Loading the ticket" />;
    return <TicketDetail ticket={data} timezone={timezone} configured={configured} />;
  };

  return (
    <SidePanel
      label="Ticket"
      id={`${domain} ${id}`}
      title={data ? plainText(data.title) : error ? 'Ticket' : 'Loading…'}
      actions={<PanelActions what="ticket" neighbours={neighbours} onClose={close} />}
      onClose={close}
    >
      {body()}
    </SidePanel>
  );
}
