import { useDisclosure } from '@mantine/hooks';
import { getRouteApi, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { loadPage } from '@/app/load-page';
import { useDomains } from '@/data/domains';
import { domainsIn } from '@/data/scope';
import { useShortcuts } from '@/lib/shortcuts';
import { DemoProgress } from './demo-progress';
import { Brand, Navigation } from './navigation';
import { NoDomain } from './no-domain';
import classes from './shell.module.css';
import { TopBar } from './top-bar';

// What is not seen at first is loaded after what is; dialogs when they are first opened.
const Notices = lazy(() =>
  loadPage(() => import('./notices'))().then((module) => ({ default: module.Notices })),
);
const NavigationDrawer = lazy(() =>
  loadPage(() => import('./navigation-drawer'))().then((module) => ({
    default: module.NavigationDrawer,
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
  const atAccount = useLocation({ select: ({ pathname }) => pathname === '/account' });
  const navigate = useNavigate();
  const [drawerOpen, drawer] = useDisclosure(false);
  const [helpOpen, help] = useDisclosure(false);

  useShortcuts({
    '?': help.open,
    d: () => void navigate({ to: '/dashboard' }),
    v: () => void navigate({ to: '/visitors' }),
    a: () => void navigate({ to: '/accounts' }),
    c: () => void navigate({ to: '/conversations' }),
    t: () => void navigate({ to: '/topics' }),
    s: () => void navigate({ to: '/sections' }),
    ',': () => void navigate({ to: '/settings' }),
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
        <TopBar onMenu={drawer.open} onHelp={help.open} />
        <DemoProgress />
        <main id="content" tabIndex={-1} className={classes.main}>
          <div className={classes.content}>
            {atAccount || domainsIn(search, domains).length > 0 ? (
              <Outlet />
            ) : (
              <NoDomain asked={search.domain} any={domains.length > 0} />
            )}
          </div>
        </main>
      </div>
      <Suspense>
        {drawerOpen && <NavigationDrawer onClose={drawer.close} />}
        {helpOpen && <ShortcutsHelp opened onClose={help.close} />}
      </Suspense>
      <Suspense>
        <Notices />
      </Suspense>
    </div>
  );
}
