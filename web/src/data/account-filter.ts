import type { Scope } from '@/data/scope';
import type { AccountSearch } from '@/lib/people-filters';

/** The filter argument that get_account_stats_with_intent and count_accounts share. */
export type AccountFilter = {
  from: string;
  to: string;
  search?: string;
  country?: string;
  industry?: string;
  scores?: number[];
  talked?: boolean;
};

export function accountFilter(scope: Scope, search: AccountSearch): AccountFilter {
  return {
    from: scope.from,
    to: scope.to,
    ...(search.q && { search: search.q }),
    ...(search.country && { country: search.country }),
    ...(search.industry && { industry: search.industry }),
    ...(search.score && { scores: search.score }),
    ...(search.talked !== undefined && { talked: search.talked }),
  };
}
