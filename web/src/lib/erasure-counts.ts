import { formatCount } from '@/lib/format';

const LABELS: Record<string, string> = {
  messages: 'Messages',
  earlier_texts: 'Earlier texts of messages',
  conversations: 'Conversations',
  events: 'Events',
  sessions: 'Sessions',
  conversions: 'Conversions',
  ids: 'Ids it is known by',
  enrichments: 'Enrichment answers',
  evidence: 'Evidence of enrichment',
  insights: 'Analyses',
  unanswered_questions: 'Unanswered questions',
  reviews: 'Reviews',
  tickets: 'Tickets',
  crm_records: 'Links to the CRM',
  saved_views: 'Saved views',
  jobs: 'Jobs',
  audit_entries: 'Audit entries',
};

/** What an erasure is about, in words, in a fixed order; what there is none of is left out. */
export function erasureCounts(counts: Record<string, unknown>): [label: string, count: string][] {
  return Object.entries(LABELS).flatMap(([key, label]) => {
    const count = Number(counts[key] ?? 0);
    return count > 0 ? [[label, formatCount(count)] as [string, string]] : [];
  });
}
