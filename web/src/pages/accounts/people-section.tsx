import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Scope } from '@/data/scope';
import { useVisitorCount } from '@/data/visitor-count';
import { useVisitorList } from '@/data/visitor-list';
import { formatRange, formatShortDateTime } from '@/lib/format';
import { foundInWords } from '@/lib/found';
import { EmptyState } from '@/ui/empty-state';
import { Feed } from '@/ui/feed';
import { InterestScore } from '@/ui/interest-score';
import classes from '@/ui/section.module.css';
import { StatusBadge } from '@/ui/status-badge';
import { VisitorLink } from '@/ui/visitor-link';

type PeopleSectionProps = { domain: string; id: string; scope: Scope; timezone: string };

/** The visitors of a company who were there in the range. */
export function PeopleSection({ domain, id, scope, timezone }: PeopleSectionProps) {
  const { from, to } = scope;
  const domains = useMemo(() => [domain], [domain]);
  const filter = useMemo(() => ({ from, to, account_id: id }), [from, to, id]);
  const list = useVisitorList(domains, filter);
  const count = useVisitorCount(domains, filter);
  return (
    <div className={classes.section}>
      <p className={classes.bar}>
        <span>
          {foundInWords(count, 'visitor', 'visitors')} in {formatRange(scope)}
        </span>
        <Link to="/visitors" search={{ account: id }} className={classes.link}>
          Show them in Visitors
        </Link>
      </p>
      <Feed
        list={list}
        loading="Loading the visitors"
        empty={
          <EmptyState title="Nobody in this range">
            Choose a longer range to see who was there before.
          </EmptyState>
        }
      >
        {(visitors) => (
          <div className={classes.scroll}>
            <Table className={classes.table} aria-label="Visitors of the account">
              <Table.Thead>
                <Table.Tr>
                  {['Visitor', 'Status', 'Interest', 'Last seen'].map((head) => (
                    <Table.Th key={head} scope="col">
                      {head}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {visitors.map((visitor) => (
                  <Table.Tr key={visitor.id}>
                    <Table.Td>
                      <div className={classes.person}>
                        <VisitorLink visitor={visitor} account={id} />
                      </div>
                    </Table.Td>
                    <Table.Td>
                      <StatusBadge status={visitor.status} />
                    </Table.Td>
                    <Table.Td>
                      <InterestScore score={visitor.interest_score} />
                    </Table.Td>
                    <Table.Td>{formatShortDateTime(visitor.last_seen_at, timezone)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </Feed>
    </div>
  );
}
