import { Button, Code } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, type Scope } from '@/data/scope';
import type { TopicStats } from '@/data/topic-stats';
import { useIsStaff } from '@/data/use-is-staff';
import { formatCount } from '@/lib/format';
import { EmptyState } from '@/ui/empty-state';
import { NothingFound } from '@/ui/nothing-found';
import { Panel } from '@/ui/panel';

const route = getRouteApi('/shell/topics');
const WHEN =
  'Topics are found in what visitors say, once their conversations have been quiet for a while and there are enough of them.';

type NoTopicsProps = { scope: Scope; rows: TopicStats[] };

/** Why there are no topics yet, and when there will be. */
export function NoTopics({ scope, rows }: NoTopicsProps) {
  const navigate = route.useNavigate();
  const end = endOf(route.useSearch(), useDomains());
  const isStaff = useIsStaff();
  const waiting = rows.reduce((sum, row) => sum + row.conversations, 0);
  if (waiting === 0) {
    return (
      <Panel title="Topics">
        <NothingFound
          what="topics"
          hint={`Nobody wrote in this range. ${WHEN}`}
          range={scope}
          end={end}
          onWiden={(range) => void navigate({ search: (current) => ({ ...current, ...range }) })}
        />
      </Panel>
    );
  }
  return (
    <Panel title="Topics">
      <EmptyState
        title="No topics in this range yet"
        actions={
          <Button
            size="xs"
            variant="default"
            renderRoot={(props) => (
              <Link to="/conversations" search={{ messaged: true }} {...props} />
            )}
          >
            See the {formatCount(waiting)} {waiting === 1 ? 'conversation' : 'conversations'}
          </Button>
        }
      >
        Nobody’s conversations of this range belong to a topic. {WHEN}
        {isStaff && (
          <>
            {' '}
            Staff can ask for it now with <Code>backoffice insights run</Code>.
          </>
        )}
      </EmptyState>
    </Panel>
  );
}
