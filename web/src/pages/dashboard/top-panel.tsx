import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Scope } from '@/data/scope';
import { TOPS, type Top } from '@/lib/filters';
import { Panel } from '@/ui/panel';
import { TopAccounts } from './top-accounts';
import { TopTable } from './top-table';
import classes from './top-table.module.css';
import { TopTopics } from './top-topics';

const LABELS: Record<Top, string> = {
  page: 'Pages',
  topic: 'Topics',
  account: 'Accounts',
  country: 'Countries',
  device: 'Devices',
  referrer: 'Referrers',
};

const route = getRouteApi('/shell/dashboard');

type TopPanelProps = { scope: Scope };

function TopOf({ scope, top }: { scope: Scope; top: Top }) {
  if (top === 'topic') return <TopTopics scope={scope} />;
  if (top === 'account') return <TopAccounts scope={scope} />;
  return <TopTable scope={scope} dimension={top} />;
}

/** Where sessions and conversations come from, and what they are about. */
export function TopPanel({ scope }: TopPanelProps) {
  const navigate = route.useNavigate();
  const shown = route.useSearch({ select: (search) => search.top }) ?? 'page';
  const choose = (value: string | null) => {
    const next = TOPS.find((each) => each === value);
    void navigate({
      search: (current) => ({ ...current, top: next }),
      replace: true,
      resetScroll: false,
    });
  };

  return (
    <Panel title="Best of" note="By conversations">
      <Tabs value={shown} onChange={choose} keepMounted={false}>
        <Tabs.List mb="xs" className={classes.tabs}>
          {TOPS.map((top) => (
            <Tabs.Tab key={top} value={top}>
              {LABELS[top]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TOPS.map((top) => (
          <Tabs.Panel key={top} value={top}>
            <TopOf scope={scope} top={top} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Panel>
  );
}
