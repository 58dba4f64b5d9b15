import {
  type InfiniteData,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { CONVERSATION_LIST, type ListedConversation } from '@/data/conversation-list';
import { TRAFFIC } from '@/data/keys';
import { type Backend, useBackend } from '@/lib/backend';
import type { Database } from '@/lib/database.types';
import { unwrap } from '@/lib/errors';
import type { Nullable } from '@/lib/nullable';

type Row = Database['public']['Functions']['list_reviews']['Returns'][number];
export type Review = Nullable<Row, 'corrected_answer' | 'message_id'>;
export type Thumb = 'good' | 'bad';
export type ReviewDraft = {
  thumb: Thumb;
  note: string;
  labels: string[];
  message_id: string | null;
  corrected_answer: string | null;
};

export function reviewsQuery({ client }: Backend, siteDomain: string, id: string) {
  return queryOptions({
    queryKey: [TRAFFIC, 'reviews', siteDomain, id],
    queryFn: async ({ signal }): Promise<Review[]> =>
      unwrap(
        await client
          .rpc('list_reviews', { p_site_domain: siteDomain, p_conversation_id: id })
          .abortSignal(signal),
      ),
  });
}

/** The reviews of a conversation, the latest first. */
export function useReviews(siteDomain: string, id: string) {
  return useQuery(reviewsQuery(useBackend(), siteDomain, id));
}

type Pages = InfiniteData<ListedConversation[]>;

function withThumb(pages: Pages | undefined, domain: string, id: string, thumb: Thumb | null) {
  if (!pages) return pages;
  const changed = (row: ListedConversation) =>
    row.id === id && row.site_domain === domain ? { ...row, review: thumb } : row;
  return { ...pages, pages: pages.pages.map((page) => page.map(changed)) };
}

/**
 * Keeps one's own review, or takes it back with null. It shows at once in the panel and in the list, and
 * is undone when the server refuses. The list is not read anew: a row does not vanish under the reader.
 */
export function useSaveReview(siteDomain: string, id: string) {
  const backend = useBackend();
  const client = useQueryClient();
  const reviews = reviewsQuery(backend, siteDomain, id).queryKey;
  const lists = { queryKey: [TRAFFIC, CONVERSATION_LIST] };

  return useMutation({
    mutationKey: ['save-review', siteDomain, id],
    scope: { id: `review ${siteDomain} ${id}` },
    mutationFn: async (draft: ReviewDraft | null) => {
      const which = { p_site_domain: siteDomain, p_conversation_id: id };
      if (draft === null) {
        unwrap(await backend.client.rpc('delete_review', which));
        return;
      }
      unwrap(
        await backend.client.rpc('save_review', {
          ...which,
          p_thumb: draft.thumb,
          p_note: draft.note,
          p_labels: draft.labels,
          p_message_id: draft.message_id ?? undefined,
          p_corrected_answer: draft.corrected_answer ?? undefined,
        }),
      );
    },
    onMutate: async (draft) => {
      await client.cancelQueries({ queryKey: reviews });
      const before = client.getQueryData(reviews);
      const listsBefore = client.getQueriesData<Pages>(lists);
      const others = (before ?? []).filter((review) => !review.is_mine);
      const now = new Date().toISOString();
      const mine: Review | null = draft && {
        reviewer_id: 'me',
        reviewer_name: 'You',
        is_mine: true,
        created_at: now,
        updated_at: now,
        ...draft,
      };
      client.setQueryData(reviews, mine ? [mine, ...others] : others);
      const thumb = draft?.thumb ?? (others[0]?.thumb as Thumb | undefined) ?? null;
      client.setQueriesData<Pages>(lists, (pages) => withThumb(pages, siteDomain, id, thumb));
      return { before, listsBefore };
    },
    onError: (_error, _draft, context) => {
      client.setQueryData(reviews, context?.before);
      for (const [key, pages] of context?.listsBefore ?? []) client.setQueryData(key, pages);
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: reviews });
      void client.invalidateQueries({ queryKey: [TRAFFIC, 'review-agreement'] });
    },
  });
}
