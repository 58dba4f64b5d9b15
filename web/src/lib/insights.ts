import type { Json } from '@/lib/database.types';

export type Quote = { message_id: string; text: string };
export type Component = { name: string; weight: number; value: number; quotes: Quote[] };
export type Receipt = { scorer: string; score: number | null; components: Component[] };
export type MessageInsight = { intent: string | null; signals: string[]; answered: boolean | null };
export type Source = { label: string; href: string | null };

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** How a score came about; null when what is stored is no receipt. */
export function readReceipt(value: Json | undefined): Receipt | null {
  const receipt = fields(value);
  const components = list(receipt.components).flatMap((each): Component[] => {
    const { name, weight, value: reached, quotes } = fields(each);
    if (typeof name !== 'string' || typeof weight !== 'number' || typeof reached !== 'number') {
      return [];
    }
    const quoted = list(quotes).flatMap((quote): Quote[] => {
      const { message_id, text: words } = fields(quote);
      return typeof message_id === 'string' && typeof words === 'string'
        ? [{ message_id, text: words }]
        : [];
    });
    return [{ name, weight, value: reached, quotes: quoted }];
  });
  if (components.length === 0) return null;
  return {
    scorer: text(receipt.scorer) ?? 'rules',
    score: typeof receipt.score === 'number' ? receipt.score : null,
    components,
  };
}

/** What was understood of each message, by its id. */
export function readMessages(value: Json | undefined): Map<string, MessageInsight> {
  const entries = list(value).flatMap((each): [string, MessageInsight][] => {
    const { id, intent, signals, answered } = fields(each);
    if (typeof id !== 'string') return [];
    const kinds = list(signals).flatMap(
      (signal) => text(signal) ?? text(fields(signal).kind) ?? [],
    );
    return [
      [
        id,
        {
          intent: text(intent),
          signals: kinds,
          answered: typeof answered === 'boolean' ? answered : null,
        },
      ],
    ];
  });
  return new Map(entries);
}

/** What an answer was drawn from, as the agent's backend told in `metadata.sources`. */
export function readSources(metadata: Json | undefined): Source[] {
  return list(fields(metadata).sources)
    .slice(0, 20)
    .flatMap((each): Source[] => {
      const { title, name, url } = fields(each);
      const address = text(url) ?? text(each);
      const href = address && /^https?:\/\//i.test(address) ? address : null;
      const label = text(title) ?? text(name) ?? address;
      return label ? [{ label, href }] : [];
    });
}
