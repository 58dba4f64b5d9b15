import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import { DIMENSIONS, type Dimension } from '@/lib/filters';
import { Panel } from '@/ui/panel';
import { TopTable } from './top-table';

const LABELS: Record<Dimension, string> = {
  page: 'Pages',
  country: 'Countries',
  device: 'Devices',
  referrer: 'Referrers',
};

const route = getRouteApi('/shell/dashboard');

type TopPanelProps = { scope: Scope };

/** Where sessions and conversations come from. */
export function TopPanel({ scope }: TopPanelProps) {
  const navigate = route.useNavigate();
  const top = route.useSearch({ select: (search) => search.top }) ?? 'page';
  const choose = (value: string | null) => {
    const next = DIMENSIONS.find((each) => each === value);
    void navigate({ search: (current) => ({ ...current, top: next }), replace: true });
  };

  return (
    <Panel title="Best of" note="By conversations">
      <Tabs
        value={top}
        onChange={choose}
        keepMounted={false}
        styles={{ tab: { paddingInline: 11 } }}
      >
        <Tabs.List mb="xs">
          {DIMENSIONS.map((dimension) => (
            <Tabs.Tab key={dimension} value={dimension}>
              {LABELS[dimension]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {DIMENSIONS.map((dimension) => (
          <Tabs.Panel key={dimension} value={dimension}>
            <TopTable scope={scope} dimension={dimension} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Panel>
  );
}
