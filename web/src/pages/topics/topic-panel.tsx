import { ActionIcon, Drawer, Skeleton, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTopic } from '@/data/topic';
import { useShortcuts } from '@/lib/shortcuts';
import { ErrorState } from '@/ui/error-state';
import { TopicDetail } from './topic-detail';
import classes from './topic-panel.module.css';
import { TopicTitle } from './topic-title';

const route = getRouteApi('/shell/topics/$domain/$id');
const BESIDE = '(min-width: 75em)';

/** One topic: beside the table where there is room, over it where there is not. */
export function TopicPanel() {
  const beside = useMediaQuery(BESIDE, undefined, { getInitialValueInEffect: false });
  const navigate = useNavigate({ from: '/topics' });
  const close = () =>
    void navigate({ to: '/topics', search: (current) => current, resetScroll: false });
  useShortcuts({ Escape: close });

  if (beside) {
    return (
      <aside className={classes.aside} aria-label="Topic">
        <PanelContent onClose={close} />
      </aside>
    );
  }
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="100%"
      padding={0}
      withCloseButton={false}
      attributes={{ content: { 'aria-label': 'Topic' } }}
      styles={{ body: { height: '100%' } }}
    >
      <PanelContent onClose={close} />
    </Drawer>
  );
}

function PanelContent({ onClose }: { onClose: () => void }) {
  const { domain, id } = route.useParams();
  const { data, error, refetch } = useTopic(domain, id);
  const head = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each topic opened is announced
  useEffect(() => head.current?.focus({ preventScroll: true }), [id]);

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) {
      return (
        <div className={classes.loading} role="status" aria-label="Loading the topic">
          <Skeleton height={96} />
          <Skeleton height={160} />
          <Skeleton height={220} />
        </div>
      );
    }
    return <TopicDetail topic={data} />;
  };

  return (
    <div className={classes.panel}>
      <div ref={head} tabIndex={-1} className={classes.head}>
        {data ? (
          <TopicTitle key={id} topic={data} />
        ) : (
          <h2 className={classes.title}>{error ? 'Topic' : 'Loading…'}</h2>
        )}
        <Tooltip label="Close (Esc)">
          <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={onClose}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <div key={id} className={classes.scroll}>
        {body()}
      </div>
    </div>
  );
}
