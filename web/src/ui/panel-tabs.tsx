import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './section.module.css';

type PanelTabsProps<Tab extends string> = {
  /** The first one is open when the address names none. */
  tabs: readonly [Tab, ...Tab[]];
  labels: Record<Tab, string>;
  value: Tab | undefined;
  onChange: (tab: Tab | undefined) => void;
  children: ReactNode;
};

/** The parts of a panel, of which the address names the open one. */
export function PanelTabs<Tab extends string>(props: PanelTabsProps<Tab>) {
  const { tabs, labels, value, onChange, children } = props;
  const [first] = tabs;
  const choose = (chosen: string | null) => {
    const tab = tabs.find((each) => each === chosen);
    onChange(tab === first ? undefined : tab);
  };
  return (
    <Tabs value={value ?? first} onChange={choose} keepMounted={false}>
      <Tabs.List className={classes.tabs}>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab} value={tab}>
            {labels[tab]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {children}
    </Tabs>
  );
}
