import type { Json } from '@/lib/database.types';

const INTENTS: Record<string, { label: string; definition: string }> = {
  LEARN: { label: 'Learn', definition: 'Wants to learn about the product.' },
  CONTEXT: { label: 'Context', definition: 'Tells about their own business.' },
  SUPPORT: { label: 'Support', definition: 'Needs help with something they use.' },
  OFFTOPIC: { label: 'Off topic', definition: 'Has nothing to do with the product.' },
  OTHER: { label: 'Other', definition: 'Anything else, such as a greeting.' },
};

export type IntentCount = { intent: string; label: string; definition: string; count: number };

/** Conversations by intent as the server counts them, `{"LEARN": 2}`, most frequent first. */
export function intentCounts(intents: Json): IntentCount[] {
  if (typeof intents !== 'object' || intents === null || Array.isArray(intents)) return [];
  return Object.entries(intents)
    .flatMap(([intent, count]) =>
      typeof count === 'number'
        ? [{ intent, count, ...(INTENTS[intent] ?? { label: intent, definition: '' }) }]
        : [],
    )
    .sort((a, b) => b.count - a.count || a.intent.localeCompare(b.intent));
}
