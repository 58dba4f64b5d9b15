import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import type { Topic } from '@/data/topic';
import { useTopicChange } from '@/data/topic-changes';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import classes from './topic-panel.module.css';

const LONGEST = 120;

/** A topic's name, which a person may change where it stands. */
export function TopicTitle({ topic }: { topic: Topic }) {
  const [draft, setDraft] = useState<string | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const { mutate } = useTopicChange();

  const stop = () => {
    setDraft(null);
    requestAnimationFrame(() => pencil.current?.focus());
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const label = draft?.trim() ?? '';
    if (label === '') return;
    if (label !== topic.label) {
      mutate(
        { kind: 'rename', siteDomain: topic.site_domain, id: topic.id, label },
        { onError: (error) => tellFailure('The topic was not renamed', error) },
      );
    }
    stop();
  };

  if (draft === null) {
    return (
      <>
        <h2 className={classes.title} title={topic.label}>
          {topic.label}
        </h2>
        <Writes>
          <Tooltip label="Rename">
            <ActionIcon
              ref={pencil}
              variant="subtle"
              color="gray"
              aria-label="Rename the topic"
              onClick={() => setDraft(topic.label)}
            >
              <IconPencil size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Writes>
      </>
    );
  }
  return (
    <form className={classes.form} onSubmit={save}>
      <TextInput
        aria-label="Name of the topic"
        size="xs"
        // The person has just asked to write here.
        data-autofocus
        autoFocus
        maxLength={LONGEST}
        value={draft}
        error={draft.trim() === '' ? 'A topic needs a name' : undefined}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          stop();
        }}
      />
      <Button type="submit" size="xs" disabled={draft.trim() === ''}>
        Save
      </Button>
      <Button size="xs" variant="default" onClick={stop}>
        Cancel
      </Button>
    </form>
  );
}
