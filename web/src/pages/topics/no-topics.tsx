import { Button, Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import type { TopicStats } from '@/data/topic-stats';
import { formatCount } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { Panel } from '@/ui/panel';

type NoTopicsProps = { scope: Scope; rows: TopicStats[] };

/** Why there are no topics yet, and when there will be. */
export function NoTopics({ rows }: NoTopicsProps) {
  const waiting = rows.reduce((sum, row) => sum + row.conversations, 0);
  return (
    <Panel title="Topics">
      <EmptyState
        title="No topics in this range yet"
        actions={
          waiting > 0 && (
            <Button
              size="xs"
              variant="default"
              renderRoot={(props) => (
                <Link to="/conversations" search={{ messaged: true }} {...props} />
              )}
            >
              See the {formatCount(waiting)} {waiting === 1 ? 'conversation' : 'conversations'}
            </Button>
          )
        }
      >
        {waiting > 0
          ? 'Nobody’s conversations of this range belong to a topic. '
          : 'Nobody wrote in this range. '}
        Topics are found in what visitors say, once their conversations have been quiet for a while
        and there are enough of them. Staff can ask for it now with{' '}
        <Code>backoffice insights run</Code>.
      </EmptyState>
    </Panel>
  );
}
