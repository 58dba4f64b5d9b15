import { startTransition, useEffect, useState } from 'react';

const FIRST = 30;
const STEP = 60;

/** How much of a long list to draw: its beginning at once, the rest bit by bit while the page answers. */
export function useGradually(length: number): number {
  const [shown, setShown] = useState(FIRST);
  useEffect(() => {
    if (shown < length) startTransition(() => setShown(shown + STEP));
  }, [shown, length]);
  return Math.min(shown, length);
}
