import { queryOptions, useQuery } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import type { Bucket, DayRange } from '@/lib/dates';
import { unwrap } from '@/lib/errors';

export type TopicBucket = Database['public']['Functions']['get_topic_over_time']['Returns'][number];

type Asked = { siteDomain: string; id: string; range: DayRange; bucket: Bucket };

async function fetchTopicOverTime({ client }: Backend, asked: Asked, signal: AbortSignal) {
  const rows: TopicBucket[] = unwrap(
    await client
      .rpc('get_topic_over_time', {
        p_site_domain: asked.siteDomain,
        p_topic_id: asked.id,
        p_from: asked.range.from,
        p_to: asked.range.to,
        p_bucket: asked.bucket,
      })
      .abortSignal(signal),
  );
  return rows;
}

export function topicOverTimeQuery(backend: Backend, asked: Asked) {
  const { siteDomain, id, range, bucket } = asked;
  return queryOptions({
    queryKey: [TRAFFIC, TOPICS, 'one-over-time', siteDomain, id, range.from, range.to, bucket],
    queryFn: ({ signal }) => fetchTopicOverTime(backend, asked, signal),
  });
}

/** One topic's conversations per day, week or month, beside the previous period's. */
export function useTopicOverTime(asked: Asked) {
  return useQuery(topicOverTimeQuery(useBackend(), asked));
}
