import { Drawer, Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useConversation } from '@/data/conversation';
import { useDomains } from '@/data/domains';
import { plainText } from '@/lib/plain-text';
import { visitorLabel } from '@/lib/visitor-label';
import { ErrorState } from '@/ui/error-state';
import classes from './conversation-panel.module.css';
import { PanelActions } from './panel-actions';
import { ReviewBar } from './review-bar';
import { Transcript } from './transcript';
import { Understanding } from './understanding';
import { useNeighbours } from './use-neighbours';
import { VisitorFacts } from './visitor-facts';

const route = getRouteApi('/shell/conversations/$domain/$id');
type Writing = { messageId: string | null } | null;
const BESIDE = '(min-width: 75em)';

/** One conversation: beside the list where there is room, over it where there is not. */
export function ConversationPanel() {
  const beside = useMediaQuery(BESIDE, undefined, { getInitialValueInEffect: false });
  const { close } = useNeighbours();

  if (beside) {
    return (
      <aside className={classes.aside} aria-label="Conversation">
        <PanelContent />
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
      attributes={{ content: { 'aria-label': 'Conversation' } }}
      styles={{ body: { height: '100%' } }}
    >
      <PanelContent />
    </Drawer>
  );
}

function PanelContent() {
  const { domain, id } = route.useParams();
  const timezone = useDomains().find((each) => each.site_domain === domain)?.timezone ?? 'UTC';
  const { data, error, refetch } = useConversation(domain, id);
  const title = useRef<HTMLHeadingElement>(null);
  const [writing, setWriting] = useState<Writing>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each conversation opened is announced
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    setWriting(null);
  }, [id]);

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton />;
    return (
      <>
        <VisitorFacts conversation={data} timezone={timezone} />
        <Understanding conversation={data} />
        <Transcript
          conversation={data}
          timezone={timezone}
          onCorrect={(messageId) => setWriting({ messageId })}
        />
      </>
    );
  };

  return (
    <div className={classes.panel}>
      <div className={classes.head}>
        <h2 ref={title} tabIndex={-1} className={classes.title}>
          {data ? plainText(visitorLabel(data.visitor)) : error ? 'Conversation' : 'Loading…'}
        </h2>
        <PanelActions />
      </div>
      <div key={id} className={classes.scroll}>
        {body()}
      </div>
      {data && (
        <ReviewBar
          key={`${domain} ${id}`}
          domain={domain}
          id={id}
          messages={data.messages}
          timezone={timezone}
          writing={writing}
          onWrite={setWriting}
        />
      )}
    </div>
  );
}

function PanelSkeleton() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the conversation">
      <Skeleton height={88} />
      <Skeleton height={44} width="62%" ml="auto" radius="lg" />
      <Skeleton height={110} width="78%" radius="lg" />
      <Skeleton height={44} width="50%" ml="auto" radius="lg" />
      <Skeleton height={72} width="72%" radius="lg" />
    </div>
  );
}
