import type { TopicStats } from '@/data/topic-stats';
import type { TopicSort } from '@/lib/filters';

const VALUES: Record<TopicSort, (row: TopicStats) => number | string | null> = {
  conversations: (row) => row.conversations,
  label: (row) => row.label?.toLocaleLowerCase() ?? '',
  change: (row) => row.conversations - row.previous_conversations,
  quality: (row) => row.quality,
  conversion: (row) => row.conversion_rate,
  unanswered: (row) => row.unanswered_share,
};

/** Sorted by a column; what has no value, and the conversations of no topic, come last either way. */
export function sortTopics(rows: TopicStats[], sort: TopicSort, ascending: boolean): TopicStats[] {
  const sign = ascending ? 1 : -1;
  const value = VALUES[sort];
  return rows.toSorted((a, b) => {
    if ((a.topic_id === null) !== (b.topic_id === null)) return a.topic_id === null ? 1 : -1;
    const [left, right] = [value(a), value(b)];
    if (left === right) return 0;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right ? -sign : sign;
  });
}

/** The topics listed: hidden ones only when they are asked for; merged ones are in another. */
export function shownTopics(rows: TopicStats[], withHidden: boolean): TopicStats[] {
  return rows.filter(
    (row) =>
      row.topic_id === null || row.status === 'active' || (withHidden && row.status === 'hidden'),
  );
}
