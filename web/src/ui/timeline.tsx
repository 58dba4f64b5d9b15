import type { ReactNode } from 'react';
import { formatTime, formatWeekday } from '@/lib/format';
import { groupTimeline, type SessionGroup } from '@/lib/timeline';
import classes from './timeline.module.css';

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

/** What happened, newest first, under the domain's days and the visitor's sessions. */
export function Timeline<T extends Item>(props: TimelineProps<T>) {
  const { items, timezone, keyOf, icon, children, heading } = props;
  return (
    <ol className={classes.days} aria-label="Timeline">
      {groupTimeline(items, timezone).map(({ day, groups }) => (
        <li key={day}>
          <h3 className={classes.day}>{formatWeekday(day)}</h3>
          {groups.map((group) => (
            <div key={group.key} className={classes.group}>
              {heading && <p className={classes.session}>{heading(group)}</p>}
              <ul className={classes.items}>
                {group.items.map((item) => (
                  <li key={keyOf(item)} className={classes.item}>
                    <span className={classes.icon} aria-hidden>
                      {icon(item)}
                    </span>
                    <div className={classes.what}>{children(item)}</div>
                    <time className={classes.time} dateTime={item.at}>
                      {formatTime(item.at, timezone)}
                    </time>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </li>
      ))}
    </ol>
  );
}
