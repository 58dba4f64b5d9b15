import type { Scope } from '@/data/scope';
import { useTopValues } from '@/data/top-values';
import { type Dimension, NOTHING, topValueLabel } from '@/lib/filters';
import { formatCount, formatShare } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { TopRows, TopSkeleton } from './top-rows';

const HEADINGS: Record<Dimension, string> = {
  page: 'Page',
  country: 'Country',
  device: 'Device',
  referrer: 'Referrer',
};

type TopTableProps = { scope: Scope; dimension: Dimension };

export function TopTable({ scope, dimension }: TopTableProps) {
  const { data, error, refetch } = useTopValues(scope, dimension);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TopSkeleton />;
  if (data.length === 0) return <EmptyState title="No sessions in this range" />;

  return (
    <TopRows
      heading={HEADINGS[dimension]}
      first={{ short: 'Sessions', metric: 'sessions' }}
      last={{ short: 'Rate', metric: 'conversation_rate' }}
      rows={data.map((row) => {
        const { text, known } = topValueLabel(dimension, row.value);
        return {
          key: row.value,
          label: text,
          known,
          first: formatCount(row.sessions),
          conversations: row.conversations,
          previous: row.previous_conversations,
          last: formatShare(row.conversation_rate),
          rows: {
            to: '/conversations' as const,
            search: { [dimension]: row.value || NOTHING },
          },
        };
      })}
    />
  );
}
