import { IconLayoutDashboard, IconMessages } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useBackend } from '@/lib/backend';
import { Logo } from '@/ui/logo';
import classes from './navigation.module.css';

const PAGES = [
  { to: '/dashboard', label: 'Dashboard', Icon: IconLayoutDashboard },
  { to: '/conversations', label: 'Conversations', Icon: IconMessages },
] as const;

export function Brand() {
  return (
    <span className={classes.brand}>
      <Logo size={26} />
      Client Backoffice
    </span>
  );
}

type NavigationProps = { onNavigate?: () => void; children?: ReactNode };

export function Navigation({ onNavigate, children }: NavigationProps) {
  const { config } = useBackend();
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {children}
      <div className={classes.links}>
        {PAGES.map(({ to, label, Icon }) => (
          <Link key={to} to={to} className={classes.link} onClick={onNavigate}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {label}
          </Link>
        ))}
      </div>
      <p className={classes.version}>Version {config.version}</p>
    </nav>
  );
}
