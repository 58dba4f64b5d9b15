import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowMerge, IconEye, IconEyeOff } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { Topic } from '@/data/topic';
import { useTopicChange } from '@/data/topic-changes';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import classes from './topic-panel.module.css';

const MergeDialog = lazy(() =>
  import('./merge-dialog').then((module) => ({ default: module.MergeDialog })),
);

type TopicActionsProps = { topic: Topic };

export function TopicActions({ topic }: TopicActionsProps) {
  const { mutate } = useTopicChange();
  const [merging, dialog] = useDisclosure(false);
  const hidden = topic.status === 'hidden';
  const hide = () =>
    mutate(
      { kind: 'hide', siteDomain: topic.site_domain, id: topic.id, hidden: !hidden },
      {
        onError: (error) =>
          tellFailure(`The topic was not ${hidden ? 'shown again' : 'hidden'}`, error),
      },
    );

  return (
    <div className={classes.actions}>
      <Writes>
        {' '}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowMerge size={15} aria-hidden />}
          onClick={dialog.open}
        >
          Merge into…
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={
            hidden ? <IconEye size={15} aria-hidden /> : <IconEyeOff size={15} aria-hidden />
          }
          onClick={hide}
        >
          {hidden ? 'Show again' : 'Hide'}
        </Button>
      </Writes>
      {merging && (
        <Suspense>
          <MergeDialog topic={topic} onClose={dialog.close} />
        </Suspense>
      )}
    </div>
  );
}
