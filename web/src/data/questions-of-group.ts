import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { QUESTIONS, TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { Json } from '@/lib/database.types';
import type { DayRange } from '@/lib/dates';
import { unwrap } from '@/lib/errors';

const PAGE_SIZE = 50;

async function fetchQuestions(
  { client }: Backend,
  siteDomain: string,
  groupId: string,
  range: DayRange,
  after: Json,
  signal: AbortSignal,
) {
  return unwrap(
    await client
      .rpc('get_questions_of_group', {
        p_site_domain: siteDomain,
        p_group_id: groupId,
        p_from: range.from,
        p_to: range.to,
        p_limit: PAGE_SIZE,
        p_after: after,
      })
      .abortSignal(signal),
  );
}

export function questionsOfGroupQuery(
  backend: Backend,
  siteDomain: string,
  groupId: string,
  range: DayRange,
) {
  return infiniteQueryOptions({
    queryKey: [TRAFFIC, QUESTIONS, 'of-group', siteDomain, groupId, range.from, range.to],
    queryFn: ({ pageParam, signal }) =>
      fetchQuestions(backend, siteDomain, groupId, range, pageParam, signal),
    initialPageParam: null as Json,
    getNextPageParam: (page): Json | undefined =>
      page.length < PAGE_SIZE ? undefined : page.at(-1)?.cursor,
  });
}

/** Every question of a group that was asked in the range, newest first, a page at a time. */
export function useQuestionsOfGroup(siteDomain: string, groupId: string, range: DayRange) {
  return useInfiniteQuery(questionsOfGroupQuery(useBackend(), siteDomain, groupId, range));
}
