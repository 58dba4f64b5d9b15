import { Select } from '@mantine/core';
import { SORTS, type Sort } from '@/lib/conversation-search';

const LABELS: Record<Sort, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  longest: 'Most turns first',
  interest: 'Hottest first',
  quality_worst: 'Worst quality first',
  quality_best: 'Best quality first',
};
const OPTIONS = SORTS.map((value) => ({ value, label: LABELS[value] }));

type SortSelectProps = { value: Sort | undefined; onChange: (sort: Sort | undefined) => void };

export function SortSelect({ value = 'newest', onChange }: SortSelectProps) {
  return (
    <Select
      size="xs"
      w={172}
      aria-label="Sort"
      data={OPTIONS}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => onChange(chosen === 'newest' ? undefined : (chosen as Sort))}
    />
  );
}
