import { ActionIcon, Tooltip } from '@mantine/core';
import { IconFlag } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useConversation } from '@/data/conversation';
import { useDomains } from '@/data/domains';
import { useTranscriptView } from '@/data/transcript-view';
import { useShortcuts } from '@/lib/shortcuts';
import { visitorLabel } from '@/lib/visitor-label';
import { ConversationTickets } from '@/tickets/conversation-tickets';
import { ErrorState } from '@/ui/error-state';
import { PanelActions } from '@/ui/panel-actions';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { SidePanel } from '@/ui/side-panel';
import { useReadOnly, Writes } from '@/ui/writes';
import { ReviewBar } from './review-bar';
import { Transcript } from './transcript';
import { Understanding } from './understanding';
import { useNeighbours } from './use-neighbours';
import { VisitorFacts } from './visitor-facts';

// A dialog is loaded when it is first opened.
const ReportDialog = lazy(() =>
  import('@/tickets/report-dialog').then((module) => ({ default: module.ReportDialog })),
);

const route = getRouteApi('/shell/conversations/$domain/$id');
type Writing = { messageId: string | null } | null;

/** One conversation: who wrote, what was understood, what was said, and the review of it. */
export function ConversationPanel() {
  const { domain, id } = route.useParams();
  const timezone = useDomains().find((each) => each.site_domain === domain)?.timezone ?? 'UTC';
  const { data, error, refetch } = useConversation(domain, id);
  const { neighbours, close } = useNeighbours();
  const [writing, setWriting] = useState<Writing>(null);
  const [reporting, setReporting] = useState<Writing>(null);
  useTranscriptView(domain, id, data !== undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a review or a report is of the conversation it began at
  useEffect(() => {
    setWriting(null);
    setReporting(null);
  }, [id]);
  const correct = useCallback((messageId: string) => setWriting({ messageId }), []);
  const reportAnswer = useCallback((messageId: string) => setReporting({ messageId }), []);
  const report = () => data && setReporting({ messageId: null });
  const readOnly = useReadOnly() !== null;
  useShortcuts(readOnly ? {} : { r: report });

  const body = () => {
    if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
    if (!data) return <PanelSkeleton label="Loading the conversation" />;
    return (
      <>
        <VisitorFacts conversation={data} timezone={timezone} />
        <Understanding conversation={data} />
        <ConversationTickets domain={domain} id={id} timezone={timezone} />
        <Transcript
          key={`${domain} ${id}`}
          conversation={data}
          timezone={timezone}
          onCorrect={correct}
          onReport={reportAnswer}
        />
        {reporting && (
          <Suspense>
            <ReportDialog
              domain={domain}
              conversationId={id}
              messageId={reporting.messageId}
              onClose={() => setReporting(null)}
            />
          </Suspense>
        )}
      </>
    );
  };

  return (
    <SidePanel
      label="Conversation"
      id={id}
      title={data ? visitorLabel(data.visitor) : error ? 'Conversation' : 'Loading…'}
      actions={
        <>
          <Writes>
            <Tooltip label="Report issue (r)">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label="Report issue"
                disabled={!data}
                onClick={report}
              >
                <IconFlag size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Writes>
          <PanelActions what="conversation" neighbours={neighbours} onClose={close} />
        </>
      }
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
