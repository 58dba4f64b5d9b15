import type { Conversation } from '@/data/conversation';
import { formatCount, formatCountry, formatDateTime, formatLanguage } from '@/lib/format';
import { plainText } from '@/lib/plain-text';

export type Fact = { name: string; value: string; href?: string };

const DEVICES: Record<string, string> = { desktop: 'Desktop', mobile: 'Phone', tablet: 'Tablet' };

function device({ visitor, session }: Conversation): string | null {
  const type = session.device_type ?? visitor.device_type;
  const parts = [type && (DEVICES[type] ?? type), session.browser, session.os];
  return parts.filter(Boolean).join(' · ') || null;
}

function campaign({ session }: Conversation): string | null {
  return [session.utm_source, session.utm_medium, session.utm_campaign].filter(Boolean).join(' / ');
}

/** What is known about the visitor and the visit; what is not known is left out. */
export function visitorFacts(conversation: Conversation, timezone: string): Fact[] {
  const domain = encodeURIComponent(conversation.site_domain);
  const { visitor, session } = conversation;
  const language = conversation.language ?? conversation.detected_language;
  const country = conversation.country ?? session.country ?? visitor.country;
  const account = visitor.account_id && `/accounts/${domain}/${visitor.account_id}`;
  const facts: [string, string | null | undefined, string?][] = [
    ['E-mail', visitor.email],
    ['Visitor', 'Timeline and visits', `/visitors/${domain}/${visitor.id}`],
    ['Company', visitor.account?.name, account ?? undefined],
    ['Domain', conversation.site_domain],
    ['Page', conversation.page],
    ['Country', country && formatCountry(country)],
    ['Device', device(conversation)],
    ['Language', language && formatLanguage(language)],
    ['Came from', session.referrer_host],
    ['Campaign', campaign(conversation)],
    ['Page views in this visit', formatCount(session.page_view_count)],
    ['Started', formatDateTime(conversation.started_at, timezone)],
    ['First seen', formatDateTime(visitor.first_seen_at, timezone)],
    ['Timezone', timezone],
  ];
  return facts.flatMap(([name, value, href]) =>
    value ? [{ name, value: plainText(value), href }] : [],
  );
}

/** Why the conversation is in no figure, or null when it is. */
export function whyNotCounted(conversation: Conversation): string | null {
  if (conversation.counts) return null;
  if (conversation.environment !== 'production') {
    return `it was held on the ${conversation.environment} site`;
  }
  if (conversation.session.is_bot) return 'the visitor is a bot';
  return 'the visitor is internal';
}
