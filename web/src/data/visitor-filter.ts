import type { Scope } from '@/data/scope';
import type { VisitorSearch } from '@/lib/people-filters';

/** The filter argument that get_visitor_stats_with_intent and count_visitors share. */
export type VisitorFilter = {
  from: string;
  to: string;
  search?: string;
  statuses?: string[];
  scores?: number[];
  account_id?: string;
  country?: string;
  conversions?: string[];
  did?: string;
};

export function visitorFilter(scope: Scope, search: VisitorSearch): VisitorFilter {
  return {
    from: scope.from,
    to: scope.to,
    ...(search.q && { search: search.q }),
    ...(search.status && { statuses: search.status }),
    ...(search.score && { scores: search.score }),
    ...(search.account && { account_id: search.account }),
    ...(search.country && { country: search.country }),
    ...(search.conversions && { conversions: search.conversions }),
    ...(search.did && { did: search.did }),
  };
}
