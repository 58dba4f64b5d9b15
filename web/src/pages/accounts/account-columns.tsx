import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ListedAccount } from '@/data/account-list';
import type { Scope } from '@/data/scope';
import { formatCount, formatCountry, formatRange, NONE } from '@/lib/format';
import { definitionOf } from '@/lib/metrics';
import type { AccountSort } from '@/lib/people-filters';
import { IntentList } from '@/ui/intent-list';
import { InterestScore } from '@/ui/interest-score';
import type { Column } from '@/ui/list-table';
import links from '@/ui/person-link.module.css';
import { CompanyName } from './company-name';

type AccountColumn = Column<ListedAccount, AccountSort | 'recent'>;

/** What the table says of a company, and of which days each figure is. */
export function useAccountColumns(scope: Scope): AccountColumn[] {
  const several = scope.domain === null && scope.siteDomains.length > 1;

  return useMemo(() => {
    const domain: AccountColumn[] = several
      ? [
          {
            id: 'domain',
            label: 'Domain',
            width: 176,
            definition: 'Where its people were; the company’s own stands under its name.',
            render: (row) => row.site_domain,
          },
        ]
      : [];
    return [
      {
        id: 'account',
        label: 'Account',
        width: 206,
        render: (row) => <CompanyName account={row} />,
      },
      {
        id: 'score',
        label: 'Best interest',
        width: 130,
        definition: `The best score of the account’s conversations. ${definitionOf('interest_score')}`,
        period: 'in range',
        sort: 'score',
        render: (row) => <InterestScore score={row.interest_score} />,
      },
      ...domain,
      {
        id: 'visitors',
        label: 'Visitors',
        width: 94,
        definition: `People of the account. ${definitionOf('visitors')}`,
        period: 'in range',
        number: true,
        render: (row) => (
          <Link
            to="/visitors"
            search={{ account: row.id }}
            className={links.plain}
            aria-label={`${formatCount(row.visitors)} visitors of ${row.name}`}
          >
            {formatCount(row.visitors)}
          </Link>
        ),
      },
      {
        id: 'sessions',
        label: 'Sessions',
        width: 110,
        definition: definitionOf('sessions'),
        period: 'in range',
        sort: 'sessions',
        number: true,
        render: (row) => formatCount(row.sessions),
      },
      {
        id: 'conversations',
        label: 'Conversations',
        width: 144,
        definition: definitionOf('conversations'),
        period: 'in range',
        sort: 'conversations',
        number: true,
        render: (row) =>
          row.conversations === 0 ? (
            formatCount(0)
          ) : (
            <Link
              to="/conversations"
              search={{ account: row.id }}
              className={links.plain}
              aria-label={`${formatCount(row.conversations)} conversations of ${row.name}`}
            >
              {formatCount(row.conversations)}
            </Link>
          ),
      },
      {
        id: 'last',
        label: 'Last active on',
        width: 140,
        definition:
          'The last day of the range with a visit or a conversation of anybody at the account.',
        period: 'in range',
        sort: 'recent',
        render: (row) => formatRange({ from: row.last_day, to: row.last_day }),
      },
      { id: 'industry', label: 'Industry', width: 128, render: (row) => row.industry ?? NONE },
      { id: 'size', label: 'Size', width: 92, render: (row) => row.size ?? NONE },
      {
        id: 'country',
        label: 'Country',
        width: 124,
        render: (row) => (row.country ? formatCountry(row.country) : NONE),
      },
      {
        id: 'intents',
        label: 'Intents',
        width: 200,
        definition: 'What the account’s conversations were about, and how many of each.',
        period: 'in range',
        render: (row) => <IntentList intents={row.intents} />,
      },
    ];
  }, [several]);
}
