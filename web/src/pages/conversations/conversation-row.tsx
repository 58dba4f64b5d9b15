import { Highlight } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ListedConversation } from '@/data/conversation-list';
import { formatCount, formatCountry, formatShortDateTime } from '@/lib/format';
import { ConversionMarks } from '@/ui/conversion-badges';
import classes from './conversation-list.module.css';

const route = getRouteApi('/shell/conversations');

type ConversationRowProps = { row: ListedConversation; timezone: string; withDomain: boolean };

export function ConversationRow({ row, timezone, withDomain }: ConversationRowProps) {
  const words = route.useSearch({ select: (search) => search.q });
  const country = row.country ? formatCountry(row.country) : null;
  const place = `${withDomain ? row.site_domain : ''}${row.page ?? ''}`;
  return (
    <Link
      to="/conversations/$domain/$id"
      params={{ domain: row.site_domain, id: row.id }}
      search={(current) => current}
      className={classes.row}
      preload={false}
      activeOptions={{ includeSearch: false }}
      resetScroll={false}
    >
      <span className={classes.visitor} title={row.visitor_email ?? row.visitor_label}>
        {row.visitor_label}
        {row.account_name && <span className={classes.account}> · {row.account_name}</span>}
      </span>
      <span className={classes.preview}>
        {row.preview ? (
          <Highlight inherit wholeWord component="span" highlight={words?.split(/\s+/) ?? ''}>
            {row.preview}
          </Highlight>
        ) : (
          <span className={classes.none}>No message</span>
        )}
      </span>
      <span className={classes.place} title={place}>
        {place || <span className={classes.none}>–</span>}
        {country && <span className={classes.placeCountry}> · {country}</span>}
      </span>
      <span className={classes.country}>{country ?? '–'}</span>
      <span className={classes.turns}>{formatCount(row.total_turns)}</span>
      <span className={classes.badges}>
        <ConversionMarks flags={row} />
      </span>
      <time className={classes.time} dateTime={row.started_at}>
        {formatShortDateTime(row.started_at, timezone, { withZone: withDomain })}
      </time>
    </Link>
  );
}
