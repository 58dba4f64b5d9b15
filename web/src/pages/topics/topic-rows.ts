import type { Rows } from '@/lib/rows';

/** The conversations that a topic's number counts: of its domain, in which the visitor wrote. */
export function topicRows(siteDomain: string, id: string | null): Rows {
  return {
    to: '/conversations',
    search: { domain: siteDomain, topics: [id ?? 'none'], messaged: true },
  };
}
