import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTopic } from '@/data/topic';
import { useShortcuts } from '@/lib/shortcuts';
import { ErrorState } from '@/ui/error-state';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { SidePanel } from '@/ui/side-panel';
import { TopicDetail } from './topic-detail';
import { TopicTitle } from './topic-title';

const route = getRouteApi('/shell/topics/$domain/$id');

/** One topic: its figures, how it came up over time, and what may be changed of it. */
export function TopicPanel() {
  const { domain, id } = route.useParams();
  const { data, error, refetch } = useTopic(domain, id);
  const navigate = useNavigate({ from: '/topics' });
  const close = () =>
    void navigate({ to: '/topics', search: (current) => current, resetScroll: false });
  useShortcuts({ Escape: close });

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton label="Loading the topic" />;
    return <TopicDetail topic={data} />;
  };

  return (
    <SidePanel
      label="Topic"
      id={id}
      title={error ? 'Topic' : 'Loading…'}
      head={data && <TopicTitle key={id} topic={data} />}
      actions={
        <Tooltip label="Close (Esc)">
          <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={close}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      }
      onClose={close}
      narrow
    >
      {body()}
    </SidePanel>
  );
}
