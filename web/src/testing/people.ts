import type { ListedAccount } from '@/data/account-list';
import type { ListedVisitor } from '@/data/visitor-list';

export const ACCOUNT_ID = 'c0000000-0000-4000-8000-00000000000a';

/** A row of the list of visitors. */
export function listedVisitor(id: string, more: Partial<ListedVisitor> = {}): ListedVisitor {
  return {
    site_domain: 'abtasty.com',
    id,
    label: `Name of ${id}`,
    name: `Name of ${id}`,
    email: `${id}@client.example`,
    status: 'known',
    account_id: ACCOUNT_ID,
    account_name: 'Client Inc',
    account_domain: 'client.example',
    country: 'FR',
    device_type: 'desktop',
    first_seen_at: '2026-11-01T08:00:00Z',
    last_seen_at: '2026-11-05T10:00:00Z',
    last_day: '2026-11-05',
    session_count: 3,
    page_view_count: 1234,
    conversation_count: 2,
    interest_score: 4,
    intents: { LEARN: 2 },
    conversions: ['cta_clicked'],
    cursor: { id },
    ...more,
  };
}

/** A row of the list of accounts. */
export function listedAccount(id: string, more: Partial<ListedAccount> = {}): ListedAccount {
  return {
    site_domain: 'abtasty.com',
    id,
    name: `Company ${id}`,
    domain: `${id}.example`,
    industry: 'Retail',
    size: '51-200',
    country: 'FR',
    visitors: 7,
    sessions: 12,
    conversations: 3,
    interest_score: 5,
    last_day: '2026-11-05',
    intents: {},
    cursor: { id },
    ...more,
  };
}
