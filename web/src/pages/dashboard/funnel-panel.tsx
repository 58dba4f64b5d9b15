import { Skeleton } from '@mantine/core';
import { useConversationFunnel } from '@/data/conversation-funnel';
import type { Scope } from '@/data/scope';
import { FUNNEL_STEPS } from '@/lib/metrics';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import { FunnelTable } from './funnel-table';

type FunnelPanelProps = { scope: Scope };

export function FunnelPanel({ scope }: FunnelPanelProps) {
  const { data, error, refetch, isPlaceholderData } = useConversationFunnel(scope);

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) {
      return Object.keys(FUNNEL_STEPS).map((step) => (
        <Skeleton key={step} height={30} mt={14} aria-hidden />
      ));
    }
    return <FunnelTable steps={data} scope={scope} stale={isPlaceholderData} />;
  };

  return (
    <Panel title="Funnel" note="Visitors who reached each step and all steps before it">
      {body()}
    </Panel>
  );
}
