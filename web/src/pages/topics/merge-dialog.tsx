import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSiteTopics } from '@/data/site-topics';
import type { Topic } from '@/data/topic';
import { useTopicMerge } from '@/data/topic-changes';
import { useTopicSize } from '@/data/topic-size';
import { toProblem } from '@/lib/errors';
import { formatCount } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import { FormError } from '@/ui/form-error';
import { notify } from '@/ui/notify';

type MergeDialogProps = { topic: Topic; onClose: () => void };

/** Chooses the topic that takes this one's conversations over, and says first how many move. */
export function MergeDialog({ topic, onClose }: MergeDialogProps) {
  return (
    <Modal opened onClose={onClose} title={`Merge “${topic.label}”`}>
      <MergeForm topic={topic} onClose={onClose} />
    </Modal>
  );
}

function moves(count: number, label: string): string {
  const many = `${formatCount(count)} ${count === 1 ? 'conversation' : 'conversations'}`;
  return `${many} of all time will move to “${label}”.`;
}

function MergeForm({ topic, onClose }: MergeDialogProps) {
  const [into, setInto] = useState<string | null>(null);
  const navigate = useNavigate({ from: '/topics' });
  const topics = useSiteTopics(topic.site_domain);
  const size = useTopicSize(topic.site_domain, topic.id);
  const merge = useTopicMerge();
  const others = (topics.data ?? []).filter((each) => each.id !== topic.id);
  const chosen = others.find((each) => each.id === into);

  const confirm = () => {
    if (!chosen) return;
    merge.mutate(
      { siteDomain: topic.site_domain, from: topic.id, into: chosen.id },
      {
        onSuccess: () => {
          void notify({ message: `“${topic.label}” is now part of “${chosen.label}”.` });
          onClose();
          void navigate({
            to: '/topics/$domain/$id',
            params: { domain: topic.site_domain, id: chosen.id },
            search: (current) => current,
            resetScroll: false,
          });
        },
      },
    );
  };

  const failed = topics.error ?? size.error;
  if (failed) {
    const again = () => void Promise.all([topics.refetch(), size.refetch()]);
    return <ErrorState error={failed} onRetry={again} />;
  }
  return (
    <Stack gap="sm">
      <Select
        label="Into which topic?"
        placeholder={topics.data ? 'Choose a topic' : 'Loading…'}
        data={others.map((each) => ({
          value: each.id,
          label: each.status === 'hidden' ? `${each.label} (hidden)` : each.label,
        }))}
        value={into}
        onChange={setInto}
        searchable
        nothingFoundMessage="No other topic is called so"
        disabled={!topics.data}
      />
      <Text size="sm" aria-live="polite">
        {chosen && size.data !== undefined
          ? moves(size.data, chosen.label)
          : 'Its conversations, and those it would find later, move to the other topic.'}{' '}
        This cannot be undone.
      </Text>
      <FormError error={merge.error} say={(error) => toProblem(error).message} />
      <Group justify="flex-end" gap="xs">
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          size="xs"
          disabled={!chosen || size.data === undefined}
          loading={merge.isPending}
          onClick={confirm}
        >
          Merge
        </Button>
      </Group>
    </Stack>
  );
}
