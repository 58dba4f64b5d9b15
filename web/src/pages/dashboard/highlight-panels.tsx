import { lazy, Suspense } from 'react';
import type { Scope } from '@/data/scope';
import { definitionOf, labelOf, type MetricId } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { Definition } from '@/ui/definition';
import { Panel } from '@/ui/panel';
import { WhenNear } from '@/ui/when-near';

const HotConversations = lazy(() =>
  import('./hot-conversations').then((module) => ({ default: module.HotConversations })),
);
const HotAccounts = lazy(() =>
  import('./hot-accounts').then((module) => ({ default: module.HotAccounts })),
);

const HEIGHT = 260;
const PARTS = [
  { metric: 'hot_conversations', Part: HotConversations },
  { metric: 'hot_accounts', Part: HotAccounts },
] satisfies { metric: MetricId; Part: unknown }[];

/** Whom to speak to first, and why. */
export function HighlightPanels({ scope }: { scope: Scope }) {
  const timezone = timezoneLabel(scope.domain?.timezone ?? null);
  return PARTS.map(({ metric, Part }) => (
    <Panel
      key={metric}
      title={labelOf(metric)}
      note={<Definition of={labelOf(metric)} text={definitionOf(metric)} timezone={timezone} />}
    >
      <WhenNear height={HEIGHT}>
        <Suspense fallback={<div style={{ height: HEIGHT }} />}>
          <Part scope={scope} />
        </Suspense>
      </WhenNear>
    </Panel>
  ));
}
