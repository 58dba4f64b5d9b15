import { Popover, Table, UnstyledButton } from '@mantine/core';
import { type AgreementCell, useReviewAgreement } from '@/data/review-agreement';
import type { Scope } from '@/data/scope';
import { formatCount, NONE } from '@/lib/format';
import classes from './list-tools.module.css';

const SCORES = [5, 4, 3, 2, 1, null];

function countOf(matrix: AgreementCell[], score: number | null, thumb: 'good' | 'bad'): number {
  return matrix.find((cell) => cell.score === score && cell.thumb === thumb)?.count ?? 0;
}

/** How far the quality score and people agree, in the range shown. */
export function Agreement({ scope }: { scope: Scope }) {
  const { data } = useReviewAgreement(scope);
  if (!data || data.reviewed === 0) return null;
  const judged = data.agreed + data.disagreed;
  return (
    <Popover position="bottom-start" width={320} withinPortal trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.agreement}>
          Score and reviews agree in {formatCount(data.agreed)} of {formatCount(judged)}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Agreement of score and reviews">
        <p className={classes.explained}>
          Reviewed conversations of the range, by their latest review, whatever the other filters. A
          score of 2.5 or more agrees with a good review, less with a bad one. Days:{' '}
          {scope.domain?.timezone ?? 'each domain’s own'}.
        </p>
        <Table fz="xs" ta="right">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Score</Table.Th>
              <Table.Th ta="right">Good</Table.Th>
              <Table.Th ta="right">Bad</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {SCORES.map((score) => (
              <Table.Tr key={score ?? 'none'}>
                <Table.Th>{score ?? `${NONE} (no score)`}</Table.Th>
                <Table.Td>{formatCount(countOf(data.matrix, score, 'good'))}</Table.Td>
                <Table.Td>{formatCount(countOf(data.matrix, score, 'bad'))}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Popover.Dropdown>
    </Popover>
  );
}
