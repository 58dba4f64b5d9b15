import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Tells the styles how high an element is: what stays in the window begins under it. */
export function useHeightTold<T extends HTMLElement>(variable: `--${string}`): RefObject<T | null> {
  const element = useRef<T>(null);
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    const tell = () => style.setProperty(variable, `${element.current?.offsetHeight}px`);
    const observer = new ResizeObserver(tell);
    if (element.current) observer.observe(element.current);
    return () => {
      observer.disconnect();
      style.removeProperty(variable);
    };
  }, [variable]);
  return element;
}
