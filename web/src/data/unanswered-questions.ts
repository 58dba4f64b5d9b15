import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { QUESTIONS, TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database, Json } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { QuestionStatus } from '@/lib/filters';

type Row = Database['public']['Functions']['get_unanswered_questions']['Returns'][number];
export type QuestionGroup = Omit<Row, 'examples'> & {
  examples: { question: string; conversation_id: string; asked_at: string }[];
};

const PAGE_SIZE = 50;

async function fetchGroups(
  { client }: Backend,
  scope: Scope,
  status: QuestionStatus,
  after: Json,
  signal: AbortSignal,
) {
  const rows = unwrap(
    await client
      .rpc('get_unanswered_questions', {
        p_site_domains: scope.siteDomains,
        p_from: scope.from,
        p_to: scope.to,
        // A null asks for every status.
        p_status: (status === 'all' ? null : status) as string,
        p_limit: PAGE_SIZE,
        p_after: after,
      })
      .abortSignal(signal),
  );
  return rows as QuestionGroup[];
}

export function unansweredQuestionsQuery(backend: Backend, scope: Scope, status: QuestionStatus) {
  return infiniteQueryOptions({
    queryKey: [TRAFFIC, QUESTIONS, 'groups', scope.siteDomains, scope.from, scope.to, status],
    queryFn: ({ pageParam, signal }) => fetchGroups(backend, scope, status, pageParam, signal),
    initialPageParam: null as Json,
    getNextPageParam: (page): Json | undefined =>
      page.length < PAGE_SIZE ? undefined : page.at(-1)?.cursor,
    placeholderData: keepPreviousData,
  });
}

/** Groups of questions the agent could not answer, most asked first, a page at a time. */
export function useUnansweredQuestions(scope: Scope, status: QuestionStatus) {
  return useInfiniteQuery(unansweredQuestionsQuery(useBackend(), scope, status));
}
