import type { ReactNode } from 'react';
import type { Topic } from '@/data/topic';
import type { TopicStats } from '@/data/topic-stats';
import { changeOf } from '@/lib/change';
import { formatCount, formatDecimal, formatShare } from '@/lib/format';
import { definitionOf, labelOf, type MetricId } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { ChangeLabel } from '@/ui/change-label';
import { Definition } from '@/ui/definition';
import { RowsLink } from '@/ui/rows-link';
import classes from './topic-panel.module.css';
import { topicRows } from './topic-rows';

type TopicFiguresProps = { topic: Topic; row: TopicStats | undefined; timezone: string | null };

/** What the table says of a topic, and of a range in which nobody asked. */
export function TopicFigures({ topic, row, timezone }: TopicFiguresProps) {
  const count = formatCount(row?.conversations ?? 0);
  const figure = (metric: MetricId, label: string, value: ReactNode) => (
    <div key={metric}>
      <dt>
        {label}
        <Definition
          of={labelOf(metric)}
          text={definitionOf(metric)}
          timezone={timezoneLabel(timezone)}
        />
      </dt>
      <dd>{value}</dd>
    </div>
  );
  const plain = (value: string) => <span className={classes.value}>{value}</span>;

  return (
    <dl className={classes.figures} aria-label="Figures of the topic">
      {figure(
        'topic_conversations',
        'Conversations',
        <>
          {row && row.conversations > 0 ? (
            <RowsLink rows={topicRows(topic.site_domain, topic.id)} className={classes.value}>
              {count}
            </RowsLink>
          ) : (
            plain(count)
          )}
          <ChangeLabel
            change={changeOf(row?.conversations ?? 0, row?.previous_conversations ?? 0, 'count')}
          />
        </>,
      )}
      {figure('topic_share', 'Share', plain(formatShare(row?.share)))}
      {figure(
        'quality',
        'Quality',
        <>
          {plain(formatDecimal(row?.quality))}
          {row && <ChangeLabel change={changeOf(row.quality, row.previous_quality, 'score')} />}
        </>,
      )}
      {figure('conversion_rate', 'Conversion', plain(formatShare(row?.conversion_rate)))}
      {figure('unanswered_share', 'Unanswered', plain(formatShare(row?.unanswered_share)))}
      {figure(
        'turns_per_conversation',
        'Turns each',
        plain(formatDecimal(row?.turns_per_conversation)),
      )}
    </dl>
  );
}
