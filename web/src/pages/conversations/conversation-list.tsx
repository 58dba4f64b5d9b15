import { getRouteApi, useParams } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ListedConversation, useConversationList } from '@/data/conversation-list';
import { useDomains } from '@/data/domains';
import type { Scope } from '@/data/scope';
import { useShortcuts } from '@/lib/shortcuts';
import { ListFoot } from '@/ui/list-foot';
import { heightOf, useKeptHeights } from '@/ui/row-heights';
import classes from './conversation-list.module.css';
import { ConversationRow } from './conversation-row';

const route = getRouteApi('/shell/conversations');
const ROW_HEIGHT = 46;
// What covers the top of the window, so that a row scrolled to is not under it.
const COVERED_HEIGHT = 112;
const ROWS_BEFORE_END = 10;
const HEADS = [
  'Visitor',
  'First message',
  'Topic and intent',
  'Page and country',
  'Turns',
  'Interest',
  'Quality',
  'Conversions',
  'Started',
];
const RIGHT = new Set(['Turns', 'Started']);

type ConversationListProps = {
  rows: ListedConversation[];
  list: ReturnType<typeof useConversationList>;
  total: number | undefined;
  scope: Scope;
};

/** Rows by the thousand: only those near the window are in the document. */
export function ConversationList({ rows, list, total, scope }: ConversationListProps) {
  const withDomain = scope.domain === null && scope.siteDomains.length > 1;
  const frame = useRef<HTMLOListElement>(null);
  const [offset, setOffset] = useState(0);
  const timezones = new Map(useDomains().map((each) => [each.site_domain, each.timezone]));

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is above moves when rows arrive
  useEffect(() => {
    const top = frame.current?.getBoundingClientRect().top ?? 0;
    setOffset(top + window.scrollY);
  }, [rows.length]);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => heightOf(rows[index]?.id ?? index, ROW_HEIGHT),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollMargin: offset,
    scrollPaddingStart: COVERED_HEIGHT,
  });
  const items = virtualizer.getVirtualItems();

  // Going on by keyboard keeps the open conversation's row in sight.
  const { id: openId } = useParams({ strict: false });
  const openIndex = openId ? rows.findIndex((row) => row.id === openId) : -1;
  const navigate = route.useNavigate();
  const first = rows[0];
  const openFirst = ({ site_domain, id }: ListedConversation) =>
    void navigate({
      to: '/conversations/$domain/$id',
      params: { domain: site_domain, id },
      search: (kept) => kept,
      resetScroll: false,
    });
  useShortcuts(first && !openId ? { j: () => openFirst(first) } : {});

  const { scrollToIndex, takeSnapshot } = virtualizer;
  useKeptHeights(takeSnapshot, ROW_HEIGHT);
  // Where the list begins is known a moment after its rows; before, one in sight would seem not to be.
  const isPlaced = offset > 0;
  useEffect(() => {
    if (openIndex > 0 && isPlaced) scrollToIndex(openIndex, { align: 'auto' });
  }, [openIndex, isPlaced, scrollToIndex]);

  const lastShown = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const nearEnd = lastShown >= rows.length - ROWS_BEFORE_END;
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) {
      void fetchNextPage();
    }
  }, [nearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  return (
    <div
      className={classes.frame}
      data-domains={withDomain || undefined}
      aria-busy={list.isPlaceholderData}
    >
      <div className={classes.heads} aria-hidden>
        {HEADS.map((head) => (
          <span key={head} className={RIGHT.has(head) ? classes.right : undefined}>
            {withDomain && head === 'Started' ? 'Started and domain' : head}
          </span>
        ))}
      </div>
      <ol
        ref={frame}
        className={classes.list}
        style={{ height: virtualizer.getTotalSize() }}
        aria-label="Conversations"
      >
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              aria-posinset={item.index + 1}
              aria-setsize={total ?? -1}
              className={classes.item}
              style={{ transform: `translateY(${item.start - offset}px)` }}
            >
              <ConversationRow
                row={row}
                timezone={timezones.get(row.site_domain) ?? 'UTC'}
                withDomain={withDomain}
              />
            </li>
          );
        })}
      </ol>
      <ListFoot list={list} shown={rows.length} />
    </div>
  );
}
