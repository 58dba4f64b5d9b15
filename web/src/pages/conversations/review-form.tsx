import { Button, Group, Stack, TagsInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Message } from '@/data/conversation';
import type { Review, ReviewDraft, Thumb } from '@/data/reviews';
import { plainText } from '@/lib/plain-text';
import classes from './review.module.css';

const LABELS = [
  'Wrong answer',
  'Incomplete',
  'Off brand',
  'Too long',
  'Missed lead',
  'Should hand over',
  'Great answer',
];

type ReviewFormProps = {
  mine: Review | undefined;
  /** The answer to correct, chosen in the transcript. */
  answer: Message | undefined;
  saving: boolean;
  onSave: (draft: ReviewDraft) => void;
  onClose: () => void;
};

export function ReviewForm({ mine, answer, saving, onSave, onClose }: ReviewFormProps) {
  const [note, setNote] = useState(mine?.note ?? '');
  const [labels, setLabels] = useState(mine?.labels ?? []);
  const [corrected, setCorrected] = useState(mine?.corrected_answer ?? '');
  const save = (thumb: Thumb) =>
    onSave({
      thumb,
      note,
      labels,
      message_id: corrected.trim() ? (answer?.id ?? null) : null,
      corrected_answer: corrected.trim() || null,
    });
  // Who writes a note without a verdict has something to object to.
  const saveByKey = () => save(mine?.thumb === 'good' ? 'good' : 'bad');
  const words = answer && plainText(answer.text);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saveByKey();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) saveByKey();
      }}
    >
      <Stack gap="xs" className={classes.form}>
        <Textarea
          label="Note"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={5000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          autoFocus
        />
        <TagsInput
          label="Labels"
          placeholder={labels.length > 0 ? undefined : 'Choose or write your own'}
          data={LABELS}
          value={labels}
          onChange={setLabels}
          maxTags={20}
          comboboxProps={{ position: 'top' }}
        />
        <Textarea
          label={answer ? 'What this answer should have been' : 'What the agent should have said'}
          description={words && (words.length > 90 ? `${words.slice(0, 90)}…` : words)}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={10_000}
          value={corrected}
          onChange={(event) => setCorrected(event.currentTarget.value)}
        />
        <Group gap="xs" justify="flex-end">
          <Button size="xs" variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" variant="default" loading={saving} onClick={() => save('bad')}>
            Save as bad
          </Button>
          <Button size="xs" loading={saving} onClick={() => save('good')}>
            Save as good
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
