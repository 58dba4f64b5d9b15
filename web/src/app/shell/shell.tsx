import '@mantine/notifications/styles.layer.css';
import { Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { getRouteApi, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useDomains } from '@/data/domains';
import { domainsIn } from '@/data/scope';
import { useShortcuts } from '@/lib/shortcuts';
import { DemoProgress } from './demo-progress';
import { Brand, Navigation } from './navigation';
import { NoDomain } from './no-domain';
import classes from './shell.module.css';
import { ShortcutsHelp } from './shortcuts-help';
import { TopBar } from './top-bar';

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
      <Drawer
        opened={drawerOpen}
        onClose={drawer.close}
        size={264}
        title={<Brand />}
        classNames={{ header: classes.drawerHead, body: classes.drawerBody }}
      >
        <Navigation onNavigate={drawer.close} />
      </Drawer>
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
      <ShortcutsHelp opened={helpOpen} onClose={help.close} />
      <Notifications position="bottom-right" />
    </div>
  );
}
