import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useIsStaff } from '@/data/use-is-staff';
import { useBackend } from '@/lib/backend';
import { Logo } from '@/ui/logo';
import classes from './navigation.module.css';
import { ADMINISTRATION, PAGES, STAFF_PAGES } from './pages';

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
  | (typeof STAFF_PAGES)[number]
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
  const isStaff = useIsStaff();
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
          STAFF_PAGES.map((page) => <PageLink key={page.to} {...page} onNavigate={onNavigate} />)}
        {ADMINISTRATION.map((page) => (
          <PageLink key={page.to} {...page} onNavigate={onNavigate} />
        ))}
      </div>
      <p className={classes.version}>Version {config.version}</p>
    </nav>
  );
}
