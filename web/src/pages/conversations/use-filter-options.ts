import type { Scope } from '@/data/scope';
import { useTopValues } from '@/data/top-values';
import { useTopics } from '@/data/topics';
import { type ConversationSearch, WITHOUT } from '@/lib/conversation-search';
import { type Dimension, topValueLabel } from '@/lib/filters';
import { plainText } from '@/lib/plain-text';
import {
  FIXED_OPTIONS,
  type FilterDefinition,
  type Option,
  VALUE_LABELS,
} from './filter-definitions';
import { valueOptions } from './filter-options';

const MOST = 100;

/** The choices of one filter: fixed ones, those of the range, or the topics. */
export function useFilterOptions(
  filter: FilterDefinition,
  scope: Scope,
  search: ConversationSearch,
): Option[] {
  const dimension = filter.kind === 'one' ? filter.dimension : undefined;
  const values = useTopValues(scope, (dimension ?? 'page') as Dimension, MOST, Boolean(dimension));
  const topics = useTopics(scope.siteDomains, filter.key === 'topics');
  if (filter.key === 'topics') {
    const withDomain = scope.siteDomains.length > 1;
    return [
      ...(topics.data ?? []).map((topic) => ({
        value: topic.id,
        label: plainText(withDomain ? `${topic.label} · ${topic.site_domain}` : topic.label),
      })),
      { value: WITHOUT, label: 'Without a topic' },
    ];
  }
  if (dimension) {
    const current = search[dimension];
    return valueOptions(values.data, current, (value) =>
      plainText(topValueLabel(dimension, value).text),
    );
  }
  const fixed = FIXED_OPTIONS[filter.key] ?? [];
  const language = filter.key === 'language' ? search.language : undefined;
  if (!language || fixed.some((each) => each.value === language)) return fixed;
  return [{ value: language, label: VALUE_LABELS.language?.(language) ?? language }, ...fixed];
}
