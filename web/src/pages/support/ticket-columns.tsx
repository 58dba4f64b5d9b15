import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useDomains } from '@/data/domains';
import type { Scope } from '@/data/scope';
import type { ListedTicket } from '@/data/ticket-list';
import { formatShortDateTime } from '@/lib/format';
import { plainText } from '@/lib/plain-text';
import { TICKET_KINDS } from '@/lib/ticket-search';
import { deliveryText, KIND_LABELS, VERDICT_LABELS } from '@/lib/ticket-words';
import { IssueLink } from '@/tickets/issue-link';
import { TicketStatusBadge } from '@/tickets/ticket-status';
import type { Column } from '@/ui/list-table';
import links from '@/ui/person-link.module.css';

type TicketColumn = Column<ListedTicket, 'newest' | 'changed'>;

/** What the table says of a ticket. */
export function useTicketColumns(scope: Scope, configured: boolean | undefined): TicketColumn[] {
  const domains = useDomains();
  const several = scope.domain === null && scope.siteDomains.length > 1;

  return useMemo(() => {
    const timezones = new Map(domains.map((each) => [each.site_domain, each.timezone]));
    const time = (row: ListedTicket, instant: string) =>
      formatShortDateTime(instant, timezones.get(row.site_domain) ?? 'UTC', { withZone: several });
    const kind = (row: ListedTicket) =>
      KIND_LABELS[TICKET_KINDS.find((each) => each === row.kind) ?? 'other'];
    const domain: TicketColumn[] = several
      ? [{ id: 'domain', label: 'Domain', width: 150, render: (row) => row.site_domain }]
      : [];
    return [
      {
        id: 'title',
        label: 'Ticket',
        width: 320,
        render: (row) => (
          <Link
            className={links.link}
            from="/support"
            to="/support/$domain/$id"
            params={{ domain: row.site_domain, id: row.id }}
            search={(current) => current}
            preload={false}
            resetScroll={false}
            title={plainText(row.title)}
          >
            <span className={links.first}>{plainText(row.title)}</span>
          </Link>
        ),
      },
      {
        id: 'issue',
        label: 'Linear',
        width: 100,
        definition: 'The issue that Rose’s team works on; none while the ticket was not sent.',
        render: (row) => <IssueLink identifier={row.linear_identifier} url={row.linear_url} />,
      },
      {
        id: 'status',
        label: 'Status',
        width: 130,
        render: (row) => <TicketStatusBadge status={row.status} state={row.linear_state} />,
      },
      {
        id: 'kind',
        label: 'Kind',
        width: 190,
        render: (row) =>
          row.verdict ? `${kind(row)}: ${VERDICT_LABELS[row.verdict]?.toLowerCase()}` : kind(row),
      },
      ...domain,
      {
        id: 'reporter',
        label: 'Reported by',
        width: 140,
        render: (row) => plainText(row.reporter),
      },
      {
        id: 'created',
        label: 'Reported',
        width: 150,
        sort: 'newest',
        render: (row) => time(row, row.created_at),
      },
      {
        id: 'changed',
        label: 'Changed',
        width: 150,
        sort: 'changed',
        definition: 'When its status last changed.',
        render: (row) => time(row, row.changed_at),
      },
      {
        id: 'delivery',
        label: 'Delivery',
        width: 340,
        definition: 'Whether it reached Rose’s team, and what happens when it did not.',
        render: (row) => {
          const words = deliveryText(row, configured, (at) => time(row, at));
          return <span title={words}>{words}</span>;
        },
      },
    ];
  }, [domains, several, configured]);
}
