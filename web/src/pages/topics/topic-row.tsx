import { Badge, Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TopicStats } from '@/data/topic-stats';
import { changeOf } from '@/lib/change';
import { formatCount, formatDecimal, formatShare } from '@/lib/format';
import { ChangeLabel } from '@/ui/change-label';
import { RowsLink } from '@/ui/rows-link';
import { topicRows } from './topic-rows';
import classes from './topic-table.module.css';

type TopicRowProps = { row: TopicStats; withDomain: boolean };

export function TopicRow({ row, withDomain }: TopicRowProps) {
  const count = formatCount(row.conversations);
  const keywords = furtherKeywords(row).join(', ');
  return (
    <Table.Tr>
      <Table.Td className={classes.topic}>
        <Name row={row} />
        <span className={classes.keywords} title={keywords || undefined}>
          {withDomain && <b>{row.site_domain} </b>}
          {row.topic_id === null ? 'Conversations that belong to none' : keywords}
        </span>
      </Table.Td>
      <Table.Td>
        {row.conversations > 0 ? (
          <RowsLink
            rows={topicRows(row.site_domain, row.topic_id)}
            className={classes.link}
            title="See these conversations"
          >
            {count}
          </RowsLink>
        ) : (
          count
        )}
      </Table.Td>
      <Table.Td className={classes.wide}>{formatShare(row.share)}</Table.Td>
      <Table.Td>
        <ChangeLabel change={changeOf(row.conversations, row.previous_conversations, 'count')} />
      </Table.Td>
      <Table.Td className={classes.wide}>
        {formatDecimal(row.quality)}
        <span className={classes.change}>
          {row.quality !== null && row.previous_quality !== null && (
            <ChangeLabel change={changeOf(row.quality, row.previous_quality, 'score')} />
          )}
        </span>
      </Table.Td>
      <Table.Td className={classes.wide}>{formatShare(row.conversion_rate)}</Table.Td>
      <Table.Td className={classes.wide}>{formatShare(row.unanswered_share)}</Table.Td>
    </Table.Tr>
  );
}

/** Those its name does not say already: a topic nobody has named is called by its first ones. */
function furtherKeywords({ label, keywords }: TopicStats): string[] {
  const said = new Set(label?.split(', '));
  return (keywords ?? []).filter((word) => !said.has(word));
}

function Name({ row }: { row: TopicStats }) {
  if (row.topic_id === null) return <span className={classes.none}>No topic</span>;
  return (
    <span className={classes.name}>
      <Link
        from="/topics"
        to="/topics/$domain/$id"
        params={{ domain: row.site_domain, id: row.topic_id }}
        search={(current) => current}
        resetScroll={false}
        className={classes.label}
        activeProps={{ 'aria-current': 'true' }}
        title={row.label ?? undefined}
      >
        {row.label}
      </Link>
      {row.status === 'hidden' && (
        <Badge size="sm" color="gray">
          Hidden
        </Badge>
      )}
    </span>
  );
}
