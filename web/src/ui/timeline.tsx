import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatTime, formatWeekday } from '@/lib/format';
import { type SessionGroup, timelineRows } from '@/lib/timeline';
import classes from './timeline.module.css';

// Of most; each is measured once it is drawn.
const ROW_HEIGHT = 34;

type Item = { at: string; session_id?: string | null };

type TimelineProps<T extends Item> = {
  items: T[];
  timezone: string;
  keyOf: (item: T) => string;
  icon: (item: T) => ReactNode;
  children: (item: T) => ReactNode;
  /** Over the things of one session; without it they only stand under their day. */
  heading?: (group: SessionGroup<T>) => ReactNode;
};

/** The part of the panel that scrolls, which the timeline is in. */
const frameOf = (list: HTMLElement | null) =>
  list?.closest<HTMLElement>('[data-scroll-frame]') ?? null;

/**
 * What happened, newest first, under the domain's days and the visitor's sessions. Of thousands, those in view of the
 * panel are in the document.
 */
export function Timeline<T extends Item>(props: TimelineProps<T>) {
  const { items, timezone, keyOf, icon, children, heading } = props;
  const list = useRef<HTMLOListElement>(null);
  const [offset, setOffset] = useState(0);
  const rows = useMemo(() => timelineRows(items, timezone), [items, timezone]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is above moves when rows arrive
  useLayoutEffect(() => {
    const frame = frameOf(list.current);
    if (!list.current || !frame) return;
    const { top } = list.current.getBoundingClientRect();
    setOffset(top - frame.getBoundingClientRect().top + frame.scrollTop);
  }, [rows.length]);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frameOf(list.current),
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => keyOf((rows[index] as (typeof rows)[number]).item),
    overscan: 12,
    scrollMargin: offset,
  });
  const drawn = virtualizer.getVirtualItems();
  const before = (drawn[0]?.start ?? offset) - offset;

  return (
    <ol
      ref={list}
      className={classes.timeline}
      style={{ height: virtualizer.getTotalSize(), paddingTop: before }}
      aria-label="Timeline"
      data-virtual
    >
      {drawn.map(({ key, index }) => {
        const row = rows[index];
        if (!row) return null;
        const { item, day, group } = row;
        return (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-posinset={index + 1}
            aria-setsize={-1}
            className={classes.row}
          >
            {day && <h3 className={classes.day}>{formatWeekday(day)}</h3>}
            {heading && group && <p className={classes.session}>{heading(group)}</p>}
            <div className={classes.item}>
              <span className={classes.icon} aria-hidden>
                {icon(item)}
              </span>
              <div className={classes.what}>{children(item)}</div>
              <time className={classes.time} dateTime={item.at}>
                {formatTime(item.at, timezone)}
              </time>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
