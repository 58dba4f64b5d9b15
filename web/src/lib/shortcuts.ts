import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';

/** Keys as `KeyboardEvent.key` names them. */
export type Shortcuts = Record<string, () => void>;

/** Single-letter shortcuts can be turned off: they get in the way of speech input (WCAG 2.1.4). */
export function useShortcutsEnabled() {
  return useLocalStorage({
    key: 'backoffice.shortcuts',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches('input, textarea, select, [role="slider"], [role="option"]') ||
    target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null
  );
}

/** Arrows walk from tab to tab there; every other key does what it does elsewhere. */
function isForTabs({ key, target }: KeyboardEvent): boolean {
  return key.startsWith('Arrow') && (target as HTMLElement).closest?.('[role="tablist"]') != null;
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const [enabled] = useShortcutsEnabled();
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = latest.current[event.key];
      const isCharacter = event.key.length === 1;
      if (!action || (isCharacter && !enabled) || isTyping(event.target)) return;
      if (isForTabs(event)) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [enabled]);
}
