import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { TOPICS, TRAFFIC } from '@/data/keys';
import type { Topic } from '@/data/topic';
import type { TopicStats } from '@/data/topic-stats';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type TopicChange =
  | { kind: 'rename'; siteDomain: string; id: string; label: string }
  | { kind: 'hide'; siteDomain: string; id: string; hidden: boolean };

async function change({ client }: Backend, asked: TopicChange) {
  const one = { p_site_domain: asked.siteDomain, p_topic_id: asked.id };
  if (asked.kind === 'rename') {
    unwrap(await client.rpc('rename_topic', { ...one, p_label: asked.label }));
  } else {
    unwrap(await client.rpc('hide_topic', { ...one, p_hidden: asked.hidden }));
  }
}

function changed(asked: TopicChange) {
  return asked.kind === 'rename'
    ? { label: asked.label.trim(), label_is_custom: true }
    : { status: asked.hidden ? 'hidden' : 'active' };
}

const KEY = [TRAFFIC, TOPICS];

/** Renames, hides or shows a topic: seen at once, and taken back when the server refuses. */
export function useTopicChange() {
  const backend = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (asked: TopicChange) => change(backend, asked),
    onMutate: async (asked) => {
      await queryClient.cancelQueries({ queryKey: KEY });
      const stats = queryClient.getQueriesData<TopicStats[]>({ queryKey: [...KEY, 'stats'] });
      const oneKey = [...KEY, 'one', asked.siteDomain, asked.id];
      const before: [QueryKey, unknown][] = [...stats, [oneKey, queryClient.getQueryData(oneKey)]];
      for (const [key, rows] of stats) {
        queryClient.setQueryData(
          key,
          rows?.map((row) =>
            row.site_domain === asked.siteDomain && row.topic_id === asked.id
              ? { ...row, ...changed(asked) }
              : row,
          ),
        );
      }
      queryClient.setQueryData<Topic>(oneKey, (one) => one && { ...one, ...changed(asked) });
      return before;
    },
    onError: (_error, _asked, before) => {
      for (const [key, data] of before ?? []) queryClient.setQueryData(key, data);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

type Merge = { siteDomain: string; from: string; into: string };

/** Gives a topic's conversations to another topic. */
export function useTopicMerge() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ siteDomain, from, into }: Merge) => {
      unwrap(
        await client.rpc('merge_topics', { p_site_domain: siteDomain, p_from: from, p_into: into }),
      );
    },
    // The lists of conversations know of topics too. Not waited for: who merged moves on at once.
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: [TRAFFIC] }),
  });
}
