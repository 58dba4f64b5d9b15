import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useConversation } from '@/data/conversation';
import { useDomains } from '@/data/domains';
import { useTranscriptView } from '@/data/transcript-view';
import { plainText } from '@/lib/plain-text';
import { visitorLabel } from '@/lib/visitor-label';
import { ErrorState } from '@/ui/error-state';
import { PanelActions } from '@/ui/panel-actions';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { SidePanel } from '@/ui/side-panel';
import { ReviewBar } from './review-bar';
import { Transcript } from './transcript';
import { Understanding } from './understanding';
import { useNeighbours } from './use-neighbours';
import { VisitorFacts } from './visitor-facts';

const route = getRouteApi('/shell/conversations/$domain/$id');
type Writing = { messageId: string | null } | null;

/** One conversation: who wrote, what was understood, what was said, and the review of it. */
export function ConversationPanel() {
  const { domain, id } = route.useParams();
  const timezone = useDomains().find((each) => each.site_domain === domain)?.timezone ?? 'UTC';
  const { data, error, refetch } = useConversation(domain, id);
  const { neighbours, close } = useNeighbours();
  const [writing, setWriting] = useState<Writing>(null);
  useTranscriptView(domain, id, data !== undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a review is of the conversation it began at
  useEffect(() => setWriting(null), [id]);

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton label="Loading the conversation" />;
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
    <SidePanel
      label="Conversation"
      id={id}
      title={data ? plainText(visitorLabel(data.visitor)) : error ? 'Conversation' : 'Loading…'}
      actions={<PanelActions what="conversation" neighbours={neighbours} onClose={close} />}
      onClose={close}
      footer={
        data && (
          <ReviewBar
            key={`${domain} ${id}`}
            domain={domain}
            id={id}
            messages={data.messages}
            timezone={timezone}
            writing={writing}
            onWrite={setWriting}
          />
        )
      }
    >
      {body()}
    </SidePanel>
  );
}
