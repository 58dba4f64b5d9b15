import { useEffect, useState } from 'react';

/** Who had the focus; an item of a menu, which closes, stands for the menu's button. */
function opener(): Element | null {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return menu ? document.getElementById(menu) : active;
}

/**
 * Gives the focus back to what opened a dialog, once the dialog is gone. Mantine's modal does so when it is closed, which one
 * that is drawn only while it is open never is.
 */
export function useFocusReturn() {
  const [from] = useState(opener);
  useEffect(
    () => () => {
      if (from instanceof HTMLElement) {
        requestAnimationFrame(() => {
          if (document.activeElement === document.body) from.focus({ preventScroll: true });
        });
      }
    },
    [from],
  );
}
