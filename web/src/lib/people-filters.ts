import {
  CONVERSIONS,
  type Conversion,
  oneOf,
  parseScope,
  type Raw,
  type ScopeSearch,
  someOf,
  text,
} from '@/lib/filters';
import { SCORES, type Score } from '@/lib/interest';

export const STATUSES = ['known', 'semi-known', 'anonymous'] as const;
export type Status = (typeof STATUSES)[number];

export const STATUS_LABELS: Record<Status, string> = {
  known: 'Known',
  'semi-known': 'Semi-known',
  anonymous: 'Anonymous',
};

export const STATUS_DEFINITIONS: Record<Status, string> = {
  known: 'An e-mail address was captured.',
  'semi-known': 'The company is known, the person is not.',
  anonymous: 'Neither the person nor the company is known.',
};

/** What visitors did in the range, as the server names it, and how a chip says it. */
export const STEPS = {
  active: 'Active in the range',
  displayed: 'Shown the widget in the range',
  opened: 'Opened the widget in the range',
  messaged: 'Sent a message in the range',
  proposed: 'Proposed a demo in the range',
  clicked: 'Clicked a CTA in the range',
  booked: 'Booked a demo in the range',
  email: 'Gave an e-mail in the range',
  engaged: 'Engaged in the range',
  funnel_opened: 'Funnel: widget opened in the range',
  funnel_messaged: 'Funnel: message sent in the range',
  funnel_proposed: 'Funnel: demo proposed in the range',
  funnel_clicked: 'Funnel: CTA clicked in the range',
  funnel_booked: 'Funnel: demo booked in the range',
} as const;
export type Step = keyof typeof STEPS;
const STEP_NAMES = Object.keys(STEPS) as Step[];

// Newest first needs no word in the address.
export const VISITOR_SORTS = ['score', 'sessions', 'page_views', 'conversations'] as const;
export type VisitorSort = (typeof VISITOR_SORTS)[number];
export const ACCOUNT_SORTS = ['score', 'sessions', 'conversations'] as const;
export type AccountSort = (typeof ACCOUNT_SORTS)[number];

export type VisitorSearch = ScopeSearch & {
  q?: string;
  status?: Status[];
  score?: Score[];
  account?: string;
  country?: string;
  conversions?: Conversion[];
  did?: Step;
  sort?: VisitorSort;
};

export type AccountSearch = ScopeSearch & {
  q?: string;
  country?: string;
  industry?: string;
  score?: Score[];
  talked?: boolean;
  sort?: AccountSort;
};

export const VISITOR_TABS = ['activity', 'sessions', 'enrichment', 'privacy'] as const;
export type VisitorTab = (typeof VISITOR_TABS)[number];
export const ACCOUNT_TABS = ['activity', 'visitors', 'topics', 'sources'] as const;
export type AccountTab = (typeof ACCOUNT_TABS)[number];

export const VISITOR_KINDS = ['page', 'widget', 'message', 'conversion', 'enrichment'] as const;
export type VisitorKind = (typeof VISITOR_KINDS)[number];
export const ACCOUNT_KINDS = ['session', 'conversation', 'conversion', 'enrichment'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export type VisitorPanelSearch = { tab?: VisitorTab; kinds?: VisitorKind[] };
export type AccountPanelSearch = { tab?: AccountTab; kinds?: AccountKind[] };

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

function id(value: unknown): string | undefined {
  const given = text(value, 36);
  return given && UUID.test(given) ? given.toLowerCase() : undefined;
}

function scores(value: unknown): Score[] | undefined {
  const given = Array.isArray(value) ? value : (text(value, 20)?.split(',') ?? []);
  const kept = SCORES.filter((score) => given.map(String).includes(String(score)));
  return kept.length > 0 ? kept : undefined;
}

function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

export function parseVisitorSearch(raw: Raw): VisitorSearch {
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    status: someOf(raw.status, STATUSES),
    score: scores(raw.score),
    account: id(raw.account),
    country: text(raw.country, 2),
    conversions: someOf(raw.conversions, CONVERSIONS),
    did: oneOf(raw.did, STEP_NAMES),
    sort: oneOf(raw.sort, VISITOR_SORTS),
  };
}

export function parseAccountSearch(raw: Raw): AccountSearch {
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    country: text(raw.country, 2),
    industry: text(raw.industry, 200),
    score: scores(raw.score),
    talked: flag(raw.talked),
    sort: oneOf(raw.sort, ACCOUNT_SORTS),
  };
}

export function parseVisitorPanel(raw: Raw): VisitorPanelSearch {
  return { tab: oneOf(raw.tab, VISITOR_TABS), kinds: someOf(raw.kinds, VISITOR_KINDS) };
}

export function parseAccountPanel(raw: Raw): AccountPanelSearch {
  return { tab: oneOf(raw.tab, ACCOUNT_TABS), kinds: someOf(raw.kinds, ACCOUNT_KINDS) };
}

/** Every filter unset: what "clear" writes over the address. */
export const NO_VISITOR_FILTERS = {
  q: undefined,
  status: undefined,
  score: undefined,
  account: undefined,
  country: undefined,
  conversions: undefined,
  did: undefined,
} satisfies { [Key in keyof Omit<VisitorSearch, keyof ScopeSearch | 'sort'>]: undefined };

export const NO_ACCOUNT_FILTERS = {
  q: undefined,
  country: undefined,
  industry: undefined,
  score: undefined,
  talked: undefined,
} satisfies { [Key in keyof Omit<AccountSearch, keyof ScopeSearch | 'sort'>]: undefined };

/** How many of the named filters an address sets. */
export function countSet(search: object, filters: object): number {
  const set = search as Record<string, unknown>;
  return Object.keys(filters).filter((key) => set[key] !== undefined).length;
}
