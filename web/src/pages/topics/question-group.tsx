import { Badge, Button, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import { useDomains } from '@/data/domains';
import { useQuestionResolution } from '@/data/question-resolution';
import { useQuestionsOfGroup } from '@/data/questions-of-group';
import type { Scope } from '@/data/scope';
import type { QuestionGroup } from '@/data/unanswered-questions';
import { formatCount, formatShortDateTime } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import { tellFailure } from '@/ui/tell-failure';
import { Writes } from '@/ui/writes';
import classes from './questions.module.css';

type QuestionGroupItemProps = { group: QuestionGroup; scope: Scope };

function useTimezone(siteDomain: string): string {
  return useDomains().find((each) => each.site_domain === siteDomain)?.timezone ?? 'UTC';
}

export function QuestionGroupItem({ group, scope }: QuestionGroupItemProps) {
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  const { mutate } = useQuestionResolution();
  const timezone = useTimezone(group.site_domain);
  const resolved = group.status === 'resolved';
  const resolve = () =>
    mutate(
      { siteDomain: group.site_domain, groupId: group.group_id, resolved: !resolved },
      {
        onError: (error) =>
          tellFailure(`The questions were not ${resolved ? 'reopened' : 'resolved'}`, error),
      },
    );
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const times = group.asked === 1 ? 'once' : `${formatCount(group.asked)} times`;
  const talks = `${formatCount(group.conversations)} ${group.conversations === 1 ? 'conversation' : 'conversations'}`;

  return (
    <li className={classes.group}>
      <div className={classes.head}>
        <UnstyledButton
          className={classes.toggle}
          aria-expanded={open}
          aria-controls={id}
          onClick={toggle}
        >
          <Chevron size={16} aria-hidden className={classes.chevron} />
          <span className={classes.label}>{group.label}</span>
          <span className={classes.facts}>
            Asked {times} in {talks}, last on {formatShortDateTime(group.last_asked_at, timezone)}
            {scope.domain === null && ` · ${group.site_domain}`}
          </span>
        </UnstyledButton>
        {resolved && <Badge color="teal">Resolved</Badge>}
        <Writes>
          <Button size="compact-xs" variant="default" onClick={resolve}>
            {resolved ? 'Reopen' : 'Mark as resolved'}
          </Button>
        </Writes>
      </div>
      <div id={id} hidden={!open}>
        {open && <Asked group={group} scope={scope} timezone={timezone} />}
      </div>
    </li>
  );
}

type AskedProps = QuestionGroupItemProps & { timezone: string };

/** Every question of the group: the newest are there already, the others are asked for. */
function Asked({ group, scope, timezone }: AskedProps) {
  const list = useQuestionsOfGroup(group.site_domain, group.group_id, scope);
  if (list.error && !list.data) {
    return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  }
  const questions = list.data?.pages.flat() ?? group.examples;
  return (
    <>
      <ol className={classes.questions} aria-label={`Questions: ${group.label}`}>
        {questions.map((asked) => (
          <li key={`${asked.conversation_id} ${asked.asked_at} ${asked.question}`}>
            <Link
              to="/conversations/$domain/$id"
              params={{ domain: group.site_domain, id: asked.conversation_id }}
              className={classes.question}
            >
              {asked.question}
            </Link>
            <time dateTime={asked.asked_at}>{formatShortDateTime(asked.asked_at, timezone)}</time>
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button
          size="compact-xs"
          variant="subtle"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Load more
        </Button>
      )}
    </>
  );
}
