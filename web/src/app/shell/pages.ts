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

/** What everybody works with. */
export const PAGES = [
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

/** What Rose staff administer. */
export const STAFF_PAGES = [
  { to: '/integrations', label: 'Integrations', Icon: IconPlug },
  { to: '/clients', label: 'Clients', Icon: IconAddressBook },
  { to: '/users', label: 'Users', Icon: IconUserCog },
  { to: '/privacy', label: 'Privacy', Icon: IconShieldLock },
] as const;

/** What everybody reads of the administration. */
export const ADMINISTRATION = [{ to: '/audit', label: 'Audit log', Icon: IconHistory }] as const;
