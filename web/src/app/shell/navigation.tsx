import {
  IconAddressBook,
  IconBuilding,
  IconHistory,
  IconLayoutDashboard,
  IconLayoutGridAdd,
  IconLifebuoy,
  IconMessages,
  IconPlug,
  IconRobot,
  IconSettings,
  IconShieldLock,
  IconTags,
  IconUserCog,
  IconUsers,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useProfile } from '@/data/profile';
import { useBackend } from '@/lib/backend';
import { Logo } from '@/ui/logo';
import classes from './navigation.module.css';

const PAGES = [
  { to: '/dashboard', label: 'Dashboard', Icon: IconLayoutDashboard },
  { to: '/visitors', label: 'Visitors', Icon: IconUsers },
  { to: '/accounts', label: 'Accounts', Icon: IconBuilding },
  { to: '/conversations', label: 'Conversations', Icon: IconMessages },
  { to: '/topics', label: 'Topics', Icon: IconTags },
  { to: '/sections', label: 'AI Sections', Icon: IconLayoutGridAdd },
  { to: '/agents', label: 'Agents', Icon: IconRobot },
  { to: '/settings', label: 'Settings', Icon: IconSettings },
  { to: '/support', label: 'Support', Icon: IconLifebuoy },
] as const;
const STAFF = [
  { to: '/integrations', label: 'Integrations', Icon: IconPlug },
  { to: '/clients', label: 'Clients', Icon: IconAddressBook },
  { to: '/users', label: 'Users', Icon: IconUserCog },
  { to: '/privacy', label: 'Privacy', Icon: IconShieldLock },
] as const;
const ADMINISTRATION = [{ to: '/audit', label: 'Audit log', Icon: IconHistory }] as const;

export function Brand() {
  return (
    <span className={classes.brand}>
      <Logo size={26} />
      Client Backoffice
    </span>
  );
}

type PageLinkProps = (
  | (typeof PAGES)[number]
  | (typeof STAFF)[number]
  | (typeof ADMINISTRATION)[number]
) & {
  onNavigate?: () => void;
};

function PageLink({ to, label, Icon, onNavigate }: PageLinkProps) {
  return (
    <Link to={to} className={classes.link} onClick={onNavigate}>
      <Icon size={18} stroke={1.7} aria-hidden />
      {label}
    </Link>
  );
}

type NavigationProps = { onNavigate?: () => void; children?: ReactNode };

export function Navigation({ onNavigate, children }: NavigationProps) {
  const { config } = useBackend();
  const isStaff = useProfile().data?.role === 'admin';
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {children}
      <div className={classes.links}>
        {PAGES.map((page) => (
          <PageLink key={page.to} {...page} onNavigate={onNavigate} />
        ))}
      </div>
      <div className={classes.links}>
        <p className={classes.group}>Administration</p>
        {isStaff &&
          STAFF.map((page) => <PageLink key={page.to} {...page} onNavigate={onNavigate} />)}
        {ADMINISTRATION.map((page) => (
          <PageLink key={page.to} {...page} onNavigate={onNavigate} />
        ))}
      </div>
      <p className={classes.version}>Version {config.version}</p>
    </nav>
  );
}
