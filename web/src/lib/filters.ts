import { type Bucket, clampRange, type Day, isDay } from '@/lib/dates';
import { formatCountry } from '@/lib/format';
import { TILE_IDS, type TileId } from '@/lib/tile-ids';

/** The value of `domain` in the URL that stands for every domain the user may see. */
export const ALL_DOMAINS = 'all';

export type ScopeSearch = { domain?: string; from?: Day; to?: Day };

export const CONVERSIONS = [
  'email_captured',
  'demo_proposed',
  'cta_clicked',
  'demo_booked',
] as const;
export type Conversion = (typeof CONVERSIONS)[number];

export const CONVERSION_LABELS: Record<Conversion, string> = {
  email_captured: 'E-mail captured',
  demo_proposed: 'Demo proposed',
  cta_clicked: 'CTA clicked',
  demo_booked: 'Demo booked',
};

export const DIMENSIONS = ['page', 'country', 'device', 'referrer'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
/** The value of a dimension in the URL that stands for those without one; none is called so. */
export const NOTHING = '(none)';

const UNKNOWN: Record<Dimension, string> = {
  page: 'Unknown page',
  country: 'Unknown country',
  device: 'Unknown device',
  referrer: 'Direct',
};

const DEVICES: Record<string, string> = {
  desktop: 'Desktop',
  mobile: 'Phone',
  tablet: 'Tablet',
};

/** A dimension's value in words; '' is that of those without one. */
export function topValueLabel(
  dimension: Dimension,
  value: string,
): { text: string; known: boolean } {
  if (value === '') return { text: UNKNOWN[dimension], known: false };
  if (dimension === 'country') return { text: formatCountry(value), known: true };
  if (dimension === 'device') return { text: DEVICES[value] ?? value, known: true };
  return { text: value, known: true };
}

/** What the best of are shown of: the dimensions, and what has a page of its own. */
export const TOPS = ['page', 'topic', 'account', 'country', 'device', 'referrer'] as const;
export type Top = (typeof TOPS)[number];

export type DashboardSearch = ScopeSearch & { bucket?: Bucket; metric?: TileId; top?: Top };

export const TOPIC_SORTS = [
  'conversations',
  'label',
  'change',
  'quality',
  'conversion',
  'unanswered',
] as const;
export type TopicSort = (typeof TOPIC_SORTS)[number];

export const QUESTION_STATUSES = ['open', 'resolved', 'all'] as const;
export type QuestionStatus = (typeof QUESTION_STATUSES)[number];

export type TopicSearch = ScopeSearch & {
  bucket?: Bucket;
  view?: 'questions';
  status?: QuestionStatus;
  hidden?: boolean;
  sort?: TopicSort;
  /** Sorted from the smallest up. */
  ascending?: boolean;
};

export type Raw = Record<string, unknown>;

export type AuditSearch = ScopeSearch & {
  q?: string;
  actor?: string;
  action?: string;
  subject?: string;
};

export type SectionsSearch = ScopeSearch & { archived?: boolean };

export const SECTION_VIEWS = ['history', 'snippet'] as const;

/** Which part of a section is open, and which two of its versions are compared. */
export type SectionSearch = ScopeSearch & {
  view?: (typeof SECTION_VIEWS)[number];
  version?: number;
  against?: number;
};

export const INTEGRATION_VIEWS = ['runs', 'failures', 'mapping'] as const;
export type IntegrationView = (typeof INTEGRATION_VIEWS)[number];
const RUN_KINDS = ['sync', 'dry_run', 'retry'] as const;
const RUN_STATES = ['waiting', 'running', 'done', 'failed', 'stopped'] as const;
const FAILED_OBJECTS = ['contact', 'company', 'association', 'note'] as const;

/** Which part of a website's integration is open, and which runs or failed records it shows. */
export type IntegrationsSearch = ScopeSearch & {
  view?: IntegrationView;
  kind?: (typeof RUN_KINDS)[number];
  state?: (typeof RUN_STATES)[number];
  object?: (typeof FAILED_OBJECTS)[number];
};

const BUCKETS = ['day', 'week', 'month'] as const;

export function text(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // PostgreSQL's text cannot hold a NUL character, so nothing could match one.
  const trimmed = String(value).replaceAll('\0', '').trim().slice(0, maxLength);
  return trimmed === '' ? undefined : trimmed;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((each) => each === value);
}

export function someOf<T extends string>(value: unknown, allowed: readonly T[]): T[] | undefined {
  const given = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  const kept = allowed.filter((each) => given.includes(each));
  return kept.length > 0 ? kept : undefined;
}

export function flag(value: unknown): true | undefined {
  return value === true || value === 'true' ? true : undefined;
}

export function count(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(text(value, 6) ?? Number.NaN);
  return Number.isInteger(number) && number > 0 && number < 1000 ? number : undefined;
}

/** What a URL may say about domain and dates; anything that is not a date range is dropped. */
export function parseScope(raw: Raw): ScopeSearch {
  const { from, to } = raw;
  // Named even when dropped: the router keeps what it read of a parameter that nobody names.
  const dropped = { from: undefined, to: undefined };
  const range = isDay(from) && isDay(to) && from <= to ? clampRange({ from, to }) : dropped;
  return { domain: text(raw.domain, 253), ...range };
}

export function parseDashboardSearch(raw: Raw): DashboardSearch {
  return {
    ...parseScope(raw),
    bucket: oneOf(raw.bucket, BUCKETS),
    metric: oneOf(raw.metric, TILE_IDS),
    top: oneOf(raw.top, TOPS),
  };
}

export function parseTopicSearch(raw: Raw): TopicSearch {
  return {
    ...parseScope(raw),
    bucket: oneOf(raw.bucket, BUCKETS),
    view: oneOf(raw.view, ['questions'] as const),
    status: oneOf(raw.status, QUESTION_STATUSES),
    hidden: flag(raw.hidden),
    sort: oneOf(raw.sort, TOPIC_SORTS),
    ascending: flag(raw.ascending),
  };
}

export function parseAuditSearch(raw: Raw): AuditSearch {
  return {
    ...parseScope(raw),
    q: text(raw.q, 200),
    actor: text(raw.actor, 36),
    action: text(raw.action, 50),
    subject: text(raw.subject, 50),
  };
}

export function parseSectionsSearch(raw: Raw): SectionsSearch {
  return { ...parseScope(raw), archived: flag(raw.archived) };
}

function versionNumber(value: unknown): number | undefined {
  const number = Number(text(value, 10) ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

export function parseSectionSearch(raw: Raw): SectionSearch {
  return {
    ...parseScope(raw),
    view: oneOf(raw.view, SECTION_VIEWS),
    version: versionNumber(raw.version),
    against: versionNumber(raw.against),
  };
}

export function parseIntegrationsSearch(raw: Raw): IntegrationsSearch {
  return {
    ...parseScope(raw),
    view: oneOf(raw.view, INTEGRATION_VIEWS),
    kind: oneOf(raw.kind, RUN_KINDS),
    state: oneOf(raw.state, RUN_STATES),
    object: oneOf(raw.object, FAILED_OBJECTS),
  };
}

/** What HubSpot gives the browser when it leads back. */
export function parseReturn(raw: Raw): { code?: string; state?: string; error?: string } {
  return {
    code: text(raw.code, 2000),
    state: text(raw.state, 500),
    error: text(raw.error, 100),
  };
}
