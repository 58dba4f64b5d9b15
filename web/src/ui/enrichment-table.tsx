import { Table } from '@mantine/core';
import { fieldLabel, sourceLabel, valueLabel } from '@/lib/enrichment';
import { formatAge, formatDateTime, formatShare } from '@/lib/format';
import { EmptyState } from './empty-state';
import { ErrorState } from './error-state';
import { PanelSkeleton } from './panel-skeleton';
import classes from './section.module.css';

export type EnrichmentAnswer = {
  id: string;
  field: string;
  value: string;
  source: string;
  confidence: number;
  observed_at: string;
  previous_value: string | null;
  previous_source: string | null;
  is_current: boolean;
};

type EnrichmentTableProps = {
  answers: {
    data: EnrichmentAnswer[] | undefined;
    error: unknown;
    refetch: () => Promise<unknown>;
  };
  timezone: string;
  /** Where answers come from, for who sees none. */
  hint: string;
};

/** What was found out: each value with its source, certainty and age, and what it replaced. */
export function EnrichmentTable({ answers, timezone, hint }: EnrichmentTableProps) {
  const { data, error, refetch } = answers;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PanelSkeleton label="Loading what was found out" lines={5} />;
  if (data.length === 0) return <EmptyState title="Nothing was found out yet">{hint}</EmptyState>;
  const current = data.filter((answer) => answer.is_current);
  const earlier = data.filter((answer) => !answer.is_current);
  return (
    <div className={classes.section}>
      <Answers label="What is known" answers={current} timezone={timezone} />
      {earlier.length > 0 && (
        <>
          <h3 className={classes.title}>Earlier answers</h3>
          <Answers label="Earlier answers" answers={earlier} timezone={timezone} />
        </>
      )}
    </div>
  );
}

type AnswersProps = { label: string; answers: EnrichmentAnswer[]; timezone: string };

/** What is said of a value stands beneath it: a panel has no room for a column of each. */
function Answers({ label, answers, timezone }: AnswersProps) {
  return (
    <Table className={classes.table} aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Field</Table.Th>
          <Table.Th scope="col">Value, source and age</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {answers.map((answer) => (
          <Table.Tr key={answer.id}>
            <Table.Th scope="row">{fieldLabel(answer.field)}</Table.Th>
            <Table.Td>
              <Value answer={answer} />
              <span className={classes.beneath}>
                {sourceLabel(answer.source)} · {formatShare(answer.confidence)} certain ·{' '}
                <time
                  dateTime={answer.observed_at}
                  title={formatDateTime(answer.observed_at, timezone)}
                >
                  {formatAge(answer.observed_at)}
                </time>
              </span>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Value({ answer }: { answer: EnrichmentAnswer }) {
  const { field, value, previous_value, previous_source } = answer;
  return (
    <>
      {valueLabel(field, value)}
      {previous_value !== null && (
        <span className={classes.beneath}>
          replaced “{valueLabel(field, previous_value)}”
          {previous_source && ` (${sourceLabel(previous_source)})`}
        </span>
      )}
    </>
  );
}
