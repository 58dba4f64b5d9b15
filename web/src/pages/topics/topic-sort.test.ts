import { expect, it } from 'vitest';
import type { TopicStats } from '@/data/topic-stats';
import { shownTopics, sortTopics } from './topic-sort';

const row = (id: string | null, more: Partial<TopicStats>): TopicStats => ({
  site_domain: 'abtasty.com',
  topic_id: id,
  label: id,
  keywords: [],
  status: id && 'active',
  label_is_custom: false,
  conversations: 1,
  previous_conversations: 0,
  share: 0.1,
  turns_per_conversation: 1,
  quality: null,
  previous_quality: null,
  conversion_rate: 0,
  unanswered_share: 0,
  total_conversations: 10,
  ...more,
});
const ids = (rows: TopicStats[]) => rows.map((each) => each.topic_id);

it('no topic and no value come last, whichever way it is sorted', () => {
  const rows = [
    row(null, { quality: 5 }),
    row('a', { quality: 2 }),
    row('b', {}),
    row('c', { quality: 4 }),
  ];
  expect(ids(sortTopics(rows, 'quality', false))).toEqual(['c', 'a', 'b', null]);
  expect(ids(sortTopics(rows, 'quality', true))).toEqual(['a', 'c', 'b', null]);
});

it('a trend is sorted by how many more there are', () => {
  const rows = [
    row('falls', { conversations: 2, previous_conversations: 9 }),
    row('grows', { conversations: 9, previous_conversations: 2 }),
  ];
  expect(ids(sortTopics(rows, 'change', false))).toEqual(['grows', 'falls']);
});

it('hidden topics are listed when they are asked for', () => {
  const rows = [row('a', {}), row('h', { status: 'hidden' }), row('m', { status: 'merged' })];
  expect(ids(shownTopics(rows, false))).toEqual(['a']);
  expect(ids(shownTopics(rows, true))).toEqual(['a', 'h']);
});
