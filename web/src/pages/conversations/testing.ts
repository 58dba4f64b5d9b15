import type { ListedConversation } from '@/data/conversation-list';

/** A row of the list. */
export function listed(id: string): ListedConversation {
  return {
    site_domain: 'abtasty.com',
    id,
    visitor_id: `v-${id}`,
    visitor_label: `Visitor ${id}`,
    visitor_email: null,
    country: 'FR',
    account_id: null,
    account_name: null,
    interest_score: 3,
    quality_score: 4.2,
    topic_id: null,
    topic_label: 'Pricing',
    intent: 'LEARN',
    signals: ['pricing'],
    unanswered_count: 0,
    review: null,
    page: '/pricing',
    language: 'fr',
    preview: `Question of ${id}`,
    started_at: '2026-11-05T10:00:00Z',
    last_message_at: '2026-11-05T10:01:00Z',
    day: '2026-11-05',
    message_count: 2,
    visitor_message_count: 1,
    total_turns: 1,
    email_captured: false,
    demo_proposed: true,
    cta_clicked: false,
    demo_booked: false,
    cursor: { id },
  };
}

/** The conversation behind a row. */
export function conversation(id: string) {
  return {
    ...listed(id),
    environment: 'production',
    counts: true,
    visitor: {
      id: `v-${id}`,
      name: `Name of ${id}`,
      email: null,
      account: null,
      first_seen_at: '2026-11-01T08:00:00Z',
    },
    session: { page_view_count: 3, referrer_host: 'google.com' },
    messages: [
      {
        id: 'm1',
        role: 'visitor',
        text: `Question of ${id}`,
        sent_at: '2026-11-05T10:00:00Z',
        latency_ms: null,
        edited_at: null,
      },
      {
        id: 'm2',
        role: 'agent',
        text: '**Answer**',
        sent_at: '2026-11-05T10:00:02Z',
        latency_ms: 2000,
        edited_at: null,
      },
    ],
    conversions: [],
  };
}
