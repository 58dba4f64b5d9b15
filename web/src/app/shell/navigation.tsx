import { IconLayoutDashboard, IconMessages } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useBackend } from '@/lib/backend';
import { Logo } from '@/ui/logo';
import classes from './navigation.module.css';

const PAGES = [
  { to: '/dashboard', label: 'Dashboard', Icon: IconLayoutDashboard },
  { to: '/conversations', label: 'Conversations', Icon: IconMessages },
] as const;

type NavigationProps = { onNavigate?: () => void; withoutBrand?: boolean };

export function Navigation({ onNavigate, withoutBrand = false }: NavigationProps) {
  const { config } = useBackend();
  return (
    <>
      {!withoutBrand && (
        <div className={classes.brand}>
          <Logo size={26} />
          Client Backoffice
        </div>
      )}
      <nav className={classes.links} aria-label="Pages">
        {PAGES.map(({ to, label, Icon }) => (
          <Link key={to} to={to} className={classes.link} onClick={onNavigate}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {label}
          </Link>
        ))}
      </nav>
      <p className={classes.version}>Version {config.version}</p>
    </>
  );
}
