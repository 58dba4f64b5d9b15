import { Drawer } from '@mantine/core';
import { Brand, Navigation } from './navigation';
import classes from './shell.module.css';

/** The pages' list where there is no room for it beside them. */
export function NavigationDrawer({ onClose }: { onClose: () => void }) {
  return (
    <Drawer
      opened
      onClose={onClose}
      size={264}
      title={<Brand />}
      classNames={{ header: classes.drawerHead, body: classes.drawerBody }}
    >
      <Navigation onNavigate={onClose} />
    </Drawer>
  );
}
