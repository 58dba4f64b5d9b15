import { ActionIcon } from '@mantine/core';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { endOf, fillScope } from '@/data/scope';
import type { ScopeSearch } from '@/lib/filters';
import { Logo } from '@/ui/logo';
import { DateRangePicker } from './date-range-picker';
import { DomainSwitcher } from './domain-switcher';
import classes from './top-bar.module.css';
import { UserMenu } from './user-menu';

const route = getRouteApi('/shell');

type TopBarProps = { onMenu: () => void; onHelp: () => void; onPalette: () => void };

export function TopBar({ onMenu, onHelp, onPalette }: TopBarProps) {
  const domains = useDomains();
  const search = route.useSearch();
  const { domain, from, to } = fillScope(search, domains);
  const navigate = useNavigate();
  const change = (scope: ScopeSearch) =>
    void navigate({ to: '.', search: (current) => ({ ...current, ...scope }) });

  return (
    <header className={classes.bar}>
      <ActionIcon
        className={classes.menu}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Open the menu"
        onClick={onMenu}
      >
        <IconMenu2 size={20} aria-hidden />
      </ActionIcon>
      <div className={classes.brand}>
        <Logo size={24} />
        Backoffice
      </div>
      <div className={classes.filters}>
        <DomainSwitcher
          domains={domains}
          value={domain}
          onChange={(value) => change({ domain: value })}
        />
        <DateRangePicker range={{ from, to }} end={endOf({ domain }, domains)} onChange={change} />
      </div>
      <div className={classes.user}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Go to or look for (Ctrl+K)"
          title="Go to or look for (Ctrl+K)"
          aria-haspopup="dialog"
          onClick={onPalette}
        >
          <IconSearch size={19} aria-hidden />
        </ActionIcon>
        <UserMenu onHelp={onHelp} />
      </div>
    </header>
  );
}
