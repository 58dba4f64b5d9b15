import { useMantineColorScheme } from '@mantine/core';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import {
  IconBell,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUserCircle,
  IconWorld,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type ComponentType, useEffect, useState } from 'react';
import { useDomains } from '@/data/domains';
import { useIsStaff } from '@/data/use-is-staff';
import { ALL_DOMAINS } from '@/lib/filters';
import { ADMINISTRATION, PAGES, STAFF_PAGES } from './pages';
import { useLeave } from './use-leave';
import '@mantine/spotlight/styles.layer.css';

const [store, palette] = createSpotlight();
// More than anybody reads; more letters find the rest.
const MOST_DOMAINS = 20;
const SEARCHES = [
  { to: '/conversations', label: 'Conversations' },
  { to: '/visitors', label: 'Visitors' },
  { to: '/accounts', label: 'Accounts' },
] as const;

type Command = {
  label: string;
  detail?: string;
  Icon: ComponentType<{ size?: number; stroke?: number }>;
  run: () => void;
};
type Group = { label: string; commands: Command[] };

type CommandPaletteProps = { onHelp: () => void; onClose: () => void };

/** Every page, website and search, by a few letters. */
export function CommandPalette({ onHelp, onClose }: CommandPaletteProps) {
  const [words, setWords] = useState('');
  useEffect(() => {
    palette.open();
    return palette.close;
  }, []);
  const groups = useCommands(words.trim(), onHelp).filter(({ commands }) => commands.length > 0);

  return (
    <Spotlight.Root
      store={store}
      query={words}
      onQueryChange={setWords}
      onSpotlightClose={onClose}
      shortcut={null}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      scrollable
      maxHeight="min(60vh, 480px)"
    >
      <Spotlight.Search
        aria-label="Command"
        placeholder="A page, a website, or words to look for"
        leftSection={<IconSearch size={18} stroke={1.7} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group.label} label={group.label}>
            {group.commands.map(({ label, detail, Icon, run }) => (
              <Spotlight.Action
                key={label}
                label={label}
                description={detail}
                leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
                onClick={run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>Nothing is called so.</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function useCommands(words: string, onHelp: () => void): Group[] {
  const navigate = useNavigate();
  const domains = useDomains();
  const isStaff = useIsStaff();
  const { setColorScheme } = useMantineColorScheme();
  const leave = useLeave();
  const named = (text: string) => text.toLowerCase().includes(words.toLowerCase());

  const pages = [...PAGES, ...(isStaff ? STAFF_PAGES : []), ...ADMINISTRATION].map(
    ({ to, label, Icon }) => ({ label, Icon, run: () => void navigate({ to }) }),
  );
  const show = (domain: string) => () =>
    void navigate({ to: '.', search: (current) => ({ ...current, domain }) });
  const websites = [
    { label: 'All domains', Icon: IconWorld, run: show(ALL_DOMAINS) },
    ...domains.map(({ site_domain, name }) => ({
      label: site_domain,
      detail: name,
      Icon: IconWorld,
      run: show(site_domain),
    })),
  ];
  const mine = [
    {
      label: 'Account and security',
      Icon: IconUserCircle,
      run: () => void navigate({ to: '/account' }),
    },
    { label: 'Notifications', Icon: IconBell, run: () => void navigate({ to: '/notifications' }) },
    { label: 'Light theme', Icon: IconSun, run: () => setColorScheme('light') },
    { label: 'Dark theme', Icon: IconMoon, run: () => setColorScheme('dark') },
    { label: 'Keyboard shortcuts', Icon: IconKeyboard, run: onHelp },
    { label: 'Sign out', Icon: IconLogout, run: () => void leave() },
  ];
  const searches = SEARCHES.map(({ to, label }) => ({
    label: `${label} with “${words}”`,
    Icon: IconSearch,
    run: () => void navigate({ to, search: { q: words } }),
  }));

  return [
    { label: 'Pages', commands: pages.filter(({ label }) => named(label)) },
    {
      label: 'Domains',
      commands:
        domains.length > 1
          ? websites
              .filter(({ label, ...more }) =>
                named(`${label} ${'detail' in more ? more.detail : ''}`),
              )
              .slice(0, MOST_DOMAINS)
          : [],
    },
    { label: 'Yours', commands: mine.filter(({ label }) => named(label)) },
    { label: 'Look for', commands: words === '' ? [] : searches },
  ];
}
