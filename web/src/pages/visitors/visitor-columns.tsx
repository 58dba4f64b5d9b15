import { useMemo } from 'react';
import { useDomains } from '@/data/domains';
import type { Scope } from '@/data/scope';
import type { ListedVisitor } from '@/data/visitor-list';
import { CONVERSIONS } from '@/lib/filters';
import { formatCount, formatCountry, formatShortDateTime, NONE } from '@/lib/format';
import { definitionOf, ONLY_COUNTED } from '@/lib/metrics';
import type { VisitorSort } from '@/lib/people-filters';
import { AccountLink } from '@/ui/account-link';
import { ConversionMarks } from '@/ui/conversion-badges';
import { IntentList } from '@/ui/intent-list';
import { InterestScore } from '@/ui/interest-score';
import type { Column } from '@/ui/list-table';
import { StatusBadge } from '@/ui/status-badge';
import { VisitorLink } from '@/ui/visitor-link';

type VisitorColumn = Column<ListedVisitor, VisitorSort | 'recent'>;

function flagsOf(row: ListedVisitor) {
  const flags = CONVERSIONS.map((kind) => [kind, row.conversions.includes(kind)] as const);
  return Object.fromEntries(flags) as Record<(typeof CONVERSIONS)[number], boolean>;
}

/** What the table says of a visitor, and of which days each figure is. */
export function useVisitorColumns(scope: Scope): VisitorColumn[] {
  const domains = useDomains();
  const several = scope.domain === null && scope.siteDomains.length > 1;

  return useMemo(() => {
    const timezones = new Map(domains.map((each) => [each.site_domain, each.timezone]));
    const time = (row: ListedVisitor, instant: string) =>
      formatShortDateTime(instant, timezones.get(row.site_domain) ?? 'UTC', {
        withZone: several,
      });
    const domain: VisitorColumn[] = several
      ? [{ id: 'domain', label: 'Domain', width: 176, render: (row) => row.site_domain }]
      : [];
    // In the order of their weight: what does not fit beside the others is found further to the right.
    return [
      {
        id: 'visitor',
        label: 'Visitor',
        width: 220,
        render: (row) => <VisitorLink visitor={row} />,
      },
      {
        id: 'score',
        label: 'Interest',
        width: 116,
        definition: `The best score of the visitor’s conversations. ${definitionOf('interest_score')}`,
        period: 'all time',
        sort: 'score',
        render: (row) => <InterestScore score={row.interest_score} />,
      },
      {
        id: 'company',
        label: 'Company',
        width: 160,
        render: (row) => <AccountLink of={row} />,
      },
      ...domain,
      {
        id: 'last',
        label: 'Last seen',
        width: several ? 190 : 146,
        definition:
          'The visitor’s latest activity. The order is by the last day in the range on which the visitor was there.',
        period: 'all time',
        sort: 'recent',
        render: (row) => time(row, row.last_seen_at),
      },
      {
        id: 'conversations',
        label: 'Conversations',
        width: 144,
        definition: `All conversations of the visitor, ever. ${ONLY_COUNTED}`,
        period: 'all time',
        sort: 'conversations',
        number: true,
        render: (row) => formatCount(row.conversation_count),
      },
      {
        id: 'conversions',
        label: 'Conversions',
        width: 136,
        definition: 'What happened on a day of the range.',
        period: 'in range',
        render: (row) => <ConversionMarks flags={flagsOf(row)} />,
      },
      {
        id: 'status',
        label: 'Status',
        width: 116,
        definition:
          'Known: an e-mail address was captured. Semi-known: the company is known. Anonymous: neither is.',
        render: (row) => <StatusBadge status={row.status} />,
      },
      {
        id: 'country',
        label: 'Country',
        width: 124,
        render: (row) => (row.country ? formatCountry(row.country) : NONE),
      },
      {
        id: 'sessions',
        label: 'Sessions',
        width: 110,
        definition: `All visits of the visitor, ever. ${ONLY_COUNTED}`,
        period: 'all time',
        sort: 'sessions',
        number: true,
        render: (row) => formatCount(row.session_count),
      },
      {
        id: 'page_views',
        label: 'Page views',
        width: 124,
        definition: `All pages the visitor looked at, ever. ${ONLY_COUNTED}`,
        period: 'all time',
        sort: 'page_views',
        number: true,
        render: (row) => formatCount(row.page_view_count),
      },
      {
        id: 'first',
        label: 'First seen',
        width: several ? 214 : 172,
        definition: 'The visitor’s first activity.',
        period: 'all time',
        render: (row) => time(row, row.first_seen_at),
      },
      {
        id: 'intents',
        label: 'Intents',
        width: 200,
        definition: 'What the visitor’s conversations were about, and how many of each.',
        period: 'all time',
        render: (row) => <IntentList intents={row.intents} />,
      },
    ];
  }, [domains, several]);
}
