import { type InfiniteData, useMutation, useQueryClient } from '@tanstack/react-query';
import { QUESTIONS, TRAFFIC } from '@/data/keys';
import type { QuestionGroup } from '@/data/unanswered-questions';
import { useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

type Resolution = { siteDomain: string; groupId: string; resolved: boolean };
type Pages = InfiniteData<QuestionGroup[]>;

const GROUPS = [TRAFFIC, QUESTIONS, 'groups'];

function resolve(pages: Pages, asked: Resolution): Pages {
  const status = asked.resolved ? 'resolved' : 'open';
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.map((group) =>
        group.site_domain === asked.siteDomain && group.group_id === asked.groupId
          ? { ...group, status }
          : group,
      ),
    ),
  };
}

/** Marks a group of questions as dealt with, or as open again: seen at once, taken back on refusal. */
export function useQuestionResolution() {
  const { client } = useBackend();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ siteDomain, groupId, resolved }: Resolution) => {
      unwrap(
        await client.rpc('resolve_questions', {
          p_site_domain: siteDomain,
          p_group_id: groupId,
          p_resolved: resolved,
        }),
      );
    },
    onMutate: async (asked) => {
      await queryClient.cancelQueries({ queryKey: GROUPS });
      const before = queryClient.getQueriesData<Pages>({ queryKey: GROUPS });
      for (const [key, pages] of before) {
        queryClient.setQueryData(key, pages && resolve(pages, asked));
      }
      return before;
    },
    onError: (_error, _asked, before) => {
      for (const [key, pages] of before ?? []) queryClient.setQueryData(key, pages);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: GROUPS }),
  });
}
