import {
  Avatar,
  Menu,
  SegmentedControl,
  UnstyledButton,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconBell, IconKeyboard, IconLogout, IconUserCog } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { useProfile } from '@/data/profile';
import { useLeave } from './use-leave';
import classes from './user-menu.module.css';

const ROLES: Record<string, string> = { admin: 'Rose staff', user: 'Client user' };

type Scheme = 'light' | 'dark' | 'auto';
const SCHEMES: { value: Scheme; label: string }[] = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'Auto' },
];

type UserMenuProps = { onHelp: () => void };

export function UserMenu({ onHelp }: UserMenuProps) {
  const router = useRouter();
  const { data: profile } = useProfile();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const leave = useLeave();

  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <UnstyledButton display="flex">
          <VisuallyHidden>Your account</VisuallyHidden>
          <Avatar
            aria-hidden
            size={34}
            radius="xl"
            color="rose"
            name={profile?.full_name || profile?.email}
          />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <p className={classes.email}>{profile?.email ?? '…'}</p>
          <p className={classes.role}>{profile ? (ROLES[profile.role] ?? profile.role) : ''}</p>
        </div>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        <div className={classes.theme}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Theme"
            data={SCHEMES}
            value={colorScheme}
            onChange={setColorScheme}
          />
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconUserCog size={16} aria-hidden />}
          onClick={() => void router.navigate({ to: '/account' })}
        >
          Account and security
        </Menu.Item>
        <Menu.Item
          leftSection={<IconBell size={16} aria-hidden />}
          onClick={() => void router.navigate({ to: '/notifications' })}
        >
          Notifications
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
