import { type ReactNode, useEffect, useRef, useState } from 'react';

const MARGIN = '300px';
// Where a browser cannot say what is in sight, everything is.
const CAN_WATCH = typeof IntersectionObserver !== 'undefined';

type WhenNearProps = { height: number; children: ReactNode };

/** Renders its children, and so asks for their data, only once they are nearly in sight. */
export function WhenNear({ height, children }: WhenNearProps) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(!CAN_WATCH);

  useEffect(() => {
    if (near || place.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: MARGIN },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [near]);

  if (near) return children;
  return <div ref={place} style={{ height }} />;
}
