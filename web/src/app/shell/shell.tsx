import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { getRouteApi, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { loadPage } from '@/app/load-page';
import { useDomains } from '@/data/domains';
import { domainsIn } from '@/data/scope';
import { useBackend } from '@/lib/backend';
import { useShortcuts } from '@/lib/shortcuts';
import { ReadOnlyProvider } from '@/ui/writes';
import { Brand, Navigation } from './navigation';
import { NoDomain } from './no-domain';
import classes from './shell.module.css';
import { TopBar } from './top-bar';
import { useFollowAccess } from './use-follow-access';

// What is not seen at first is loaded after what is; dialogs when they are first opened.
const DemoProgress = lazy(() =>
  loadPage(() => import('./demo-progress'))().then((module) => ({ default: module.DemoProgress })),
);
const Notices = lazy(() =>
  loadPage(() => import('./notices'))().then((module) => ({ default: module.Notices })),
);
const NavigationDrawer = lazy(() =>
  loadPage(() => import('./navigation-drawer'))().then((module) => ({
    default: module.NavigationDrawer,
  })),
);
const NeedsSecondFactor = lazy(() =>
  loadPage(() => import('./needs-second-factor'))().then((module) => ({
    default: module.NeedsSecondFactor,
  })),
);
const ViewBanner = lazy(() =>
  loadPage(() => import('./view-banner'))().then((module) => ({ default: module.ViewBanner })),
);
const CommandPalette = lazy(() =>
  loadPage(() => import('./command-palette'))().then((module) => ({
    default: module.CommandPalette,
  })),
);
const ShortcutsHelp = lazy(() =>
  loadPage(() => import('./shortcuts-help'))().then((module) => ({
    default: module.ShortcutsHelp,
  })),
);

const route = getRouteApi('/shell');

/** What stands around every page. */
export function Shell() {
  const search = route.useSearch();
  const domains = useDomains();
  const access = useFollowAccess();
  const path = useLocation({ select: ({ pathname }) => pathname });
  const atAccount = path === '/account';
  const needsNoDomain = atAccount || path.startsWith('/users') || path.startsWith('/clients');
  const { config } = useBackend();
  const navigate = useNavigate();
  const [drawerOpen, drawer] = useDisclosure(false);
  const [helpOpen, help] = useDisclosure(false);
  const [paletteOpen, palette] = useDisclosure(false);

  useHotkeys([['mod+K', palette.toggle]], [], true);
  useShortcuts({
    '?': help.open,
    d: () => void navigate({ to: '/dashboard' }),
    v: () => void navigate({ to: '/visitors' }),
    a: () => void navigate({ to: '/accounts' }),
    c: () => void navigate({ to: '/conversations' }),
    t: () => void navigate({ to: '/topics' }),
    s: () => void navigate({ to: '/sections' }),
    ',': () => void navigate({ to: '/settings' }),
    u: () => void navigate({ to: '/support' }),
  });

  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      <div className={classes.nav}>
        <Navigation>
          <Brand />
        </Navigation>
      </div>
      <div>
        <Suspense>{access?.is_viewing && <ViewBanner access={access} />}</Suspense>
        <TopBar onMenu={drawer.open} onHelp={help.open} onPalette={palette.open} />
        <Suspense>{config.demo && <DemoProgress />}</Suspense>
        <main id="content" tabIndex={-1} className={classes.main}>
          <div className={classes.content}>
            {access?.lacks_second_factor && !atAccount ? (
              <Suspense>
                <NeedsSecondFactor />
              </Suspense>
            ) : needsNoDomain || domainsIn(search, domains).length > 0 ? (
              <ReadOnlyProvider
                value={
                  access?.is_viewing
                    ? `Read-only while you view as ${access.full_name || access.email}`
                    : null
                }
              >
                <Outlet />
              </ReadOnlyProvider>
            ) : (
              <NoDomain asked={search.domain} any={domains.length > 0} />
            )}
          </div>
        </main>
      </div>
      <Suspense>
        {drawerOpen && <NavigationDrawer onClose={drawer.close} />}
        {paletteOpen && <CommandPalette onHelp={help.open} onClose={palette.close} />}
        {helpOpen && <ShortcutsHelp opened onClose={help.close} />}
      </Suspense>
      <Suspense>
        <Notices />
      </Suspense>
    </div>
  );
}
