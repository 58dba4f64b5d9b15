import { Button, Group, Radio, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useConversation } from '@/data/conversation';
import { fieldErrors } from '@/data/server-api';
import { useReport } from '@/data/ticket-changes';
import { toProblem } from '@/lib/errors';
import { VERDICT_LABELS } from '@/lib/ticket-words';
import { ErrorState } from '@/ui/error-state';
import { FormError } from '@/ui/form-error';
import { PanelSkeleton } from '@/ui/panel-skeleton';
import { ChooseAnswer } from './choose-answer';
import { useSent } from './use-sent';

type AnswerReportProps = {
  domain: string;
  conversationId: string;
  /** The answer that is chosen at first. */
  messageId?: string | null;
  onClose: () => void;
};

/** A wrong answer: which one, how it was wrong, and what was expected. */
export function AnswerReport({ domain, conversationId, messageId, onClose }: AnswerReportProps) {
  const { data, error: unread, refetch } = useConversation(domain, conversationId);
  const { mutate, isPending, error } = useReport(domain);
  const sent = useSent(onClose);
  const [chosen, setChosen] = useState(messageId ?? null);
  const [verdict, setVerdict] = useState('');
  const [expected, setExpected] = useState('');
  const [tried, setTried] = useState(false);
  const refused = fieldErrors(error);
  const missing = (given: boolean) => (tried && !given ? 'This is needed.' : undefined);

  if (unread && !data) return <ErrorState error={unread} onRetry={() => void refetch()} />;
  if (!data) return <PanelSkeleton label="Loading the conversation" />;

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (!chosen || !verdict || !expected.trim() || isPending) return;
    mutate(
      {
        kind: 'chatbot',
        conversation_id: conversationId,
        message_id: chosen,
        verdict,
        expected_answer: expected,
      },
      { onSuccess: ({ ticket }) => sent(ticket) },
    );
  };

  return (
    <form
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
      }}
    >
      <Stack gap="md">
        <ChooseAnswer
          messages={data.messages}
          value={chosen}
          onChange={setChosen}
          error={refused.message_id ?? missing(chosen !== null)}
        />
        <Radio.Group
          label="What is wrong with it?"
          value={verdict}
          onChange={setVerdict}
          error={refused.verdict ?? missing(verdict !== '')}
          withAsterisk
        >
          <Group gap="lg" mt={4}>
            {Object.entries(VERDICT_LABELS).map(([value, label]) => (
              <Radio key={value} value={value} label={label} />
            ))}
          </Group>
        </Radio.Group>
        <Textarea
          label="What should it have answered?"
          autosize
          minRows={3}
          maxRows={10}
          maxLength={10_000}
          value={expected}
          onChange={(event) => setExpected(event.currentTarget.value)}
          error={refused.expected_answer ?? missing(expected.trim() !== '')}
          withAsterisk
        />
        {error && <FormError error={error} say={(each) => toProblem(each).message} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size="xs" loading={isPending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
