import { SegmentedControl, Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import { useUnansweredQuestions } from '@/data/unanswered-questions';
import { QUESTION_STATUSES, type QuestionStatus } from '@/lib/filters';
import { definitionOf, labelOf } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { Definition } from '@/ui/definition';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { ListFoot } from '@/ui/list-foot';
import { Panel } from '@/ui/panel';
import { QuestionGroupItem } from './question-group';
import classes from './questions.module.css';

const LABELS: Record<QuestionStatus, string> = { open: 'Open', resolved: 'Resolved', all: 'All' };
const OPTIONS = QUESTION_STATUSES.map((value) => ({ value, label: LABELS[value] }));
const route = getRouteApi('/shell/topics');

type QuestionsProps = { scope: Scope };

/** Questions the agent could not answer, the same ones together. */
export function Questions({ scope }: QuestionsProps) {
  const navigate = route.useNavigate();
  const { status = 'open' } = route.useSearch();
  const list = useUnansweredQuestions(scope, status);
  const groups = list.data?.pages.flat() ?? [];

  const body = () => {
    if (list.error && !list.data) {
      return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
    }
    if (!list.data) {
      return (
        <div role="status" aria-label="Loading the questions">
          {[1, 2, 3, 4, 5].map((key) => (
            <Skeleton key={key} height={52} mt={10} />
          ))}
        </div>
      );
    }
    if (groups.length === 0) return <NoQuestions status={status} />;
    return (
      <ol className={classes.list} aria-label="Unanswered questions">
        {groups.map((group) => (
          <QuestionGroupItem
            key={`${group.site_domain} ${group.group_id}`}
            group={group}
            scope={scope}
          />
        ))}
      </ol>
    );
  };

  return (
    <Panel
      title={labelOf('questions_asked')}
      note={
        <Definition
          of={labelOf('questions_asked')}
          text={definitionOf('questions_asked')}
          timezone={timezoneLabel(scope.domain?.timezone ?? null)}
        />
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Status"
          data={OPTIONS}
          value={status}
          onChange={(next) =>
            void navigate({
              search: (current) => ({ ...current, status: next === 'open' ? undefined : next }),
              replace: true,
            })
          }
        />
      }
    >
      {body()}
      <ListFoot list={list} shown={groups.length} />
    </Panel>
  );
}

function NoQuestions({ status }: { status: QuestionStatus }) {
  if (status === 'resolved') {
    return (
      <EmptyState title="No resolved question in this range">
        A group of questions that you mark as resolved is listed here.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No unanswered question in this range">
      A question the agent could not answer appears here once its conversation has been quiet for a
      while and was analysed.
    </EmptyState>
  );
}
