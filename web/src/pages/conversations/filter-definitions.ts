import { type ConversationSearch, INTENTS, SIGNALS, WITHOUT } from '@/lib/conversation-search';
import { CONVERSION_LABELS, CONVERSIONS, type Dimension } from '@/lib/filters';
import { formatCountry, formatDecimal, formatLanguage, formatWeekdayName } from '@/lib/format';
import { INTENT_LABELS, labelOf, SIGNAL_LABELS } from '@/lib/insight-labels';
import { SCORE_LABELS, scoreOf } from '@/lib/interest';

export type Option = { value: string; label: string };
export type FilterKey =
  | 'conversions'
  | 'scores'
  | 'quality'
  | 'topics'
  | 'intents'
  | 'signals'
  | 'unanswered'
  | 'review'
  | 'length'
  | 'messaged'
  | 'page'
  | 'country'
  | 'language'
  | 'device'
  | 'referrer'
  | 'weekday'
  | 'hour'
  | 'account'
  | 'visitor';

type Base = { key: FilterKey; label: string; group: string };
export type FilterDefinition = Base &
  (
    | { kind: 'some'; of: 'conversions' | 'scores' | 'intents' | 'signals' | 'topics' }
    | {
        kind: 'one';
        of: 'review' | 'page' | 'country' | 'language' | 'device' | 'referrer' | 'weekday' | 'hour';
        dimension?: Dimension;
      }
    | { kind: 'range'; from: 'turns' | 'min_quality'; to: 'max_turns' | 'max_quality' }
    | { kind: 'flag'; of: 'messaged' | 'unanswered' }
    // Set by a link from elsewhere; here it can only be taken away.
    | { kind: 'given'; of: 'account' | 'visitor' }
  );

const options = (values: readonly string[], label: (value: string) => string): Option[] =>
  values.map((value) => ({ value, label: label(value) }));
const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));

export const FILTERS: FilterDefinition[] = [
  { key: 'scores', label: 'Interest', group: 'Outcome', kind: 'some', of: 'scores' },
  { key: 'conversions', label: 'Conversions', group: 'Outcome', kind: 'some', of: 'conversions' },
  {
    key: 'quality',
    label: 'Quality',
    group: 'Outcome',
    kind: 'range',
    from: 'min_quality',
    to: 'max_quality',
  },
  { key: 'unanswered', label: 'Unanswered', group: 'Outcome', kind: 'flag', of: 'unanswered' },
  { key: 'review', label: 'Review', group: 'Outcome', kind: 'one', of: 'review' },
  { key: 'topics', label: 'Topic', group: 'What was said', kind: 'some', of: 'topics' },
  { key: 'intents', label: 'Intent', group: 'What was said', kind: 'some', of: 'intents' },
  { key: 'signals', label: 'Buying signal', group: 'What was said', kind: 'some', of: 'signals' },
  { key: 'messaged', label: 'Messages', group: 'What was said', kind: 'flag', of: 'messaged' },
  {
    key: 'length',
    label: 'Length',
    group: 'What was said',
    kind: 'range',
    from: 'turns',
    to: 'max_turns',
  },
  { key: 'language', label: 'Language', group: 'Who and where', kind: 'one', of: 'language' },
  {
    key: 'page',
    label: 'Page',
    group: 'Who and where',
    kind: 'one',
    of: 'page',
    dimension: 'page',
  },
  {
    key: 'country',
    label: 'Country',
    group: 'Who and where',
    kind: 'one',
    of: 'country',
    dimension: 'country',
  },
  {
    key: 'device',
    label: 'Device',
    group: 'Who and where',
    kind: 'one',
    of: 'device',
    dimension: 'device',
  },
  {
    key: 'referrer',
    label: 'Came from',
    group: 'Who and where',
    kind: 'one',
    of: 'referrer',
    dimension: 'referrer',
  },
  { key: 'weekday', label: 'Weekday', group: 'When', kind: 'one', of: 'weekday' },
  { key: 'hour', label: 'Hour', group: 'When', kind: 'one', of: 'hour' },
  { key: 'account', label: 'Account', group: '', kind: 'given', of: 'account' },
  { key: 'visitor', label: 'Visitor', group: '', kind: 'given', of: 'visitor' },
];

const REVIEW_LABELS: Record<string, string> = {
  unreviewed: 'Not reviewed',
  reviewed: 'Reviewed',
  good: 'Good',
  bad: 'Bad',
};
const FLAG_LABELS = {
  messaged: ['Without messages', 'With messages'],
  unanswered: ['All questions answered', 'With an unanswered question'],
} as const;
const LANGUAGES = ['en', 'fr', 'de', 'es', 'it', 'nl', 'pt', 'pl', 'sv', 'da', 'ja', 'zh', 'ar'];

export const hourLabel = (hour: string) =>
  `${hour.padStart(2, '0')}:00–${hour.padStart(2, '0')}:59`;

/** The choices that are the same everywhere. */
export const FIXED_OPTIONS: Partial<Record<FilterKey, Option[]>> = {
  conversions: CONVERSIONS.map((value) => ({ value, label: CONVERSION_LABELS[value] })),
  scores: options(
    numbers(1, 5).reverse(),
    (value) => `${value} ${SCORE_LABELS[scoreOf(Number(value))]}`,
  ),
  intents: [
    ...options(INTENTS, (value) => labelOf(INTENT_LABELS, value)),
    { value: WITHOUT, label: 'Not analysed' },
  ],
  signals: options(SIGNALS, (value) => labelOf(SIGNAL_LABELS, value)),
  review: options(Object.keys(REVIEW_LABELS), (value) => labelOf(REVIEW_LABELS, value)),
  language: options(LANGUAGES, formatLanguage),
  weekday: options(numbers(1, 7), (value) => formatWeekdayName(Number(value))),
  hour: options(numbers(0, 23), hourLabel),
};

export const VALUE_LABELS: Partial<Record<FilterKey, (value: string) => string>> = {
  country: formatCountry,
  language: formatLanguage,
};

export function flagLabel(of: 'messaged' | 'unanswered', value: boolean): string {
  return FLAG_LABELS[of][value ? 1 : 0];
}

/** What clearing one filter writes over the address. */
export function withoutFilter(filter: FilterDefinition): ConversationSearch {
  if (filter.kind === 'range') return { [filter.from]: undefined, [filter.to]: undefined };
  return { [filter.of]: undefined };
}

export function isSet(filter: FilterDefinition, search: ConversationSearch): boolean {
  if (filter.kind === 'range') {
    return search[filter.from] !== undefined || search[filter.to] !== undefined;
  }
  return search[filter.of] !== undefined;
}

function rangeText(from: number | undefined, to: number | undefined, digits: number): string {
  const shown = (value: number) => formatDecimal(value, digits);
  if (from !== undefined && to !== undefined) {
    return from === to ? shown(from) : `${shown(from)} to ${shown(to)}`;
  }
  return from !== undefined ? `${shown(from)} or more` : `${shown(to ?? 0)} or less`;
}

/** A filter's value in words, with the labels of its choices. */
export function valueText(
  filter: FilterDefinition,
  search: ConversationSearch,
  choices: Option[],
): string {
  if (filter.kind === 'range') {
    const digits = filter.key === 'quality' ? 1 : 0;
    return rangeText(search[filter.from], search[filter.to], digits);
  }
  const value = search[filter.of];
  if (filter.kind === 'flag') return flagLabel(filter.of, value === true);
  if (filter.kind === 'given') return String(value).slice(0, 8);
  const label = (each: string | number) =>
    choices.find((choice) => choice.value === String(each))?.label ??
    VALUE_LABELS[filter.key]?.(String(each)) ??
    String(each);
  if (!Array.isArray(value)) return label(value as string | number);
  const [first = '', ...others] = value.map(label);
  return others.length > 1 ? `${first} +${others.length}` : [first, ...others].join(', ');
}
