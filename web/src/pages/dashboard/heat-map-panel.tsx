import { lazy, Suspense } from 'react';
import type { Scope } from '@/data/scope';
import { definitionOf, labelOf } from '@/lib/metrics';
import { timezoneLabel } from '@/lib/timezone';
import { Definition } from '@/ui/definition';
import { Panel } from '@/ui/panel';
import { WhenNear } from '@/ui/when-near';

const HeatMap = lazy(() => import('./heat-map').then((module) => ({ default: module.HeatMap })));
const HEIGHT = 260;

export function HeatMapPanel({ scope }: { scope: Scope }) {
  const label = labelOf('heat_map');
  return (
    <Panel
      title={label}
      note={
        <Definition
          of={label}
          text={definitionOf('heat_map')}
          timezone={timezoneLabel(scope.domain?.timezone ?? null)}
        />
      }
    >
      <WhenNear height={HEIGHT}>
        <Suspense fallback={<div style={{ height: HEIGHT }} />}>
          <HeatMap scope={scope} />
        </Suspense>
      </WhenNear>
    </Panel>
  );
}
