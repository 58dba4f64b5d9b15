import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useAccountTopics } from '@/data/account-topics';
import { formatCount, formatDateTime } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import links from '@/ui/person-link.module.css';
import classes from '@/ui/section.module.css';

type TopicsSectionProps = { domain: string; id: string; timezone: string };

/** What people of a company asked about, ever. */
export function TopicsSection({ domain, id, timezone }: TopicsSectionProps) {
  const { data, error, refetch } = useAccountTopics(domain, id);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PanelSkeleton label="Loading the topics" lines={5} />;
  if (data.length === 0) {
    return (
      <EmptyState title="No topic yet">
        Topics appear once people of this account talked to the agent and it was understood.
      </EmptyState>
    );
  }
  return (
    <div className={classes.section}>
      <p className={classes.note}>Of all time.</p>
      <Table className={classes.table} aria-label="Topics">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Topic</Table.Th>
            <Table.Th scope="col" ta="right">
              Conversations
            </Table.Th>
            <Table.Th scope="col" ta="right">
              Last asked
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((topic) => (
            <Table.Tr key={topic.topic_id}>
              <Table.Td>
                <Link
                  to="/conversations"
                  search={{ account: id, topics: [topic.topic_id] }}
                  className={links.plain}
                >
                  {topic.label}
                </Link>
              </Table.Td>
              <Table.Td ta="right">{formatCount(topic.conversations)}</Table.Td>
              <Table.Td ta="right">{formatDateTime(topic.last_asked_at, timezone)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
