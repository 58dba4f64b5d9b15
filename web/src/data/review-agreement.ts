import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { TRAFFIC } from '@/data/keys';
import type { Scope } from '@/data/scope';
import { type Backend, useBackend } from '@/lib/backend';
import { unwrap } from '@/lib/errors';

export type AgreementCell = { score: number | null; thumb: 'good' | 'bad'; count: number };

export function reviewAgreementQuery({ client }: Backend, { siteDomains, from, to }: Scope) {
  return queryOptions({
    queryKey: [TRAFFIC, 'review-agreement', siteDomains, from, to],
    queryFn: async ({ signal }) => {
      const [row] = unwrap(
        await client
          .rpc('get_review_agreement', { p_site_domains: siteDomains, p_from: from, p_to: to })
          .abortSignal(signal),
      );
      return row ? { ...row, matrix: row.matrix as AgreementCell[] } : null;
    },
    placeholderData: keepPreviousData,
  });
}

/** How far the quality score and the reviews of the range agree. */
export function useReviewAgreement(scope: Scope) {
  return useQuery(reviewAgreementQuery(useBackend(), scope));
}
