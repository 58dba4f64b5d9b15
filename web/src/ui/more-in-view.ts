import { type RefObject, useEffect, useRef, useState } from 'react';

const STEP = 50;
const MARGIN = '800px';
// Where a browser cannot say what is in sight, everything is.
const CAN_WATCH = typeof IntersectionObserver !== 'undefined';

type MoreInView = { shown: number; end: RefObject<HTMLDivElement | null> };

/** How many rows of a long table to draw: more whenever its end, to be marked with `end`, comes near. */
export function useMoreInView(length: number): MoreInView {
  const end = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(STEP);
  const isAll = !CAN_WATCH || shown >= length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: an end that stays near is watched anew
  useEffect(() => {
    if (isAll || end.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setShown((count) => count + STEP);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isAll, shown]);

  return { shown: isAll ? length : shown, end };
}
