import {
  CONVERSIONS,
  type Conversion,
  count,
  NOTHING,
  oneOf,
  parseScope,
  type Raw,
  type ScopeSearch,
  someOf,
  text,
} from '@/lib/filters';

export const INTENTS = ['LEARN', 'CONTEXT', 'SUPPORT', 'OFFTOPIC', 'OTHER'] as const;
export const SIGNALS = ['pricing', 'use_case', 'competitor', 'roi', 'demo'] as const;
export const REVIEWS = ['unreviewed', 'reviewed', 'good', 'bad'] as const;
export const SORTS = [
  'newest',
  'oldest',
  'longest',
  'interest',
  'quality_worst',
  'quality_best',
] as const;
export type Sort = (typeof SORTS)[number];
/** What stands in a list of topics or intents for conversations without one. */
export const WITHOUT = 'none';

export type ScopeSearchKey = keyof ScopeSearch;

export type ConversationSearch = ScopeSearch & {
  q?: string;
  conversions?: Conversion[];
  messaged?: boolean;
  country?: string;
  page?: string;
  turns?: number;
  max_turns?: number;
  scores?: number[];
  min_quality?: number;
  max_quality?: number;
  topics?: string[];
  intents?: string[];
  signals?: string[];
  language?: string;
  device?: string;
  referrer?: string;
  account?: string;
  visitor?: string;
  review?: (typeof REVIEWS)[number];
  unanswered?: boolean;
  hour?: number;
  weekday?: number;
  sort?: Sort;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function uuid(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}

function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function within(value: unknown, least: number, most: number): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}

function quality(value: unknown): number | undefined {
  const number = Math.round(Number(text(value, 6) ?? Number.NaN) * 10) / 10;
  return number >= 1 && number <= 5 ? number : undefined;
}

function topics(value: unknown): string[] | undefined {
  const given = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  const kept = given.flatMap((each) => (each === WITHOUT ? WITHOUT : (uuid(each) ?? [])));
  return kept.length > 0 ? [...new Set(kept)].slice(0, 50) : undefined;
}

function valueOrNothing(value: unknown, maxLength: number): string | undefined {
  return value === NOTHING ? NOTHING : text(value, maxLength);
}

/** What a URL may say about the list; what it does not understand is dropped, never an error. */
export function parseConversationSearch(raw: Raw): ConversationSearch {
  const scores = someOf(
    Array.isArray(raw.scores) ? raw.scores.map(String) : String(raw.scores ?? ''),
    ['1', '2', '3', '4', '5'],
  );
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    conversions: someOf(raw.conversions, CONVERSIONS),
    messaged: flag(raw.messaged) || undefined,
    country: valueOrNothing(raw.country, 2),
    page: valueOrNothing(raw.page, 1000),
    turns: count(raw.turns),
    max_turns: within(raw.max_turns, 0, 999),
    scores: scores?.map(Number),
    min_quality: quality(raw.min_quality),
    max_quality: quality(raw.max_quality),
    topics: topics(raw.topics),
    intents: someOf(raw.intents, [...INTENTS, WITHOUT]),
    signals: someOf(raw.signals, SIGNALS),
    language: text(raw.language, 20),
    device: valueOrNothing(raw.device, 40),
    referrer: valueOrNothing(raw.referrer, 253),
    account: uuid(raw.account),
    visitor: uuid(raw.visitor),
    review: oneOf(raw.review, REVIEWS),
    unanswered: flag(raw.unanswered),
    hour: within(raw.hour, 0, 23),
    weekday: within(raw.weekday, 1, 7),
    sort: oneOf(raw.sort, SORTS.slice(1)),
  };
}
