import { Highlight } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ListedConversation } from '@/data/conversation-list';
import { formatCount, formatCountry, formatShortDateTime, NONE } from '@/lib/format';
import { INTENT_LABELS, labelOf } from '@/lib/insight-labels';
import { plainText } from '@/lib/plain-text';
import { ConversionMarks } from '@/ui/conversion-badges';
import classes from './conversation-list.module.css';
import { Interest, Quality, ReviewMark } from './marks';

const route = getRouteApi('/shell/conversations');

type ConversationRowProps = { row: ListedConversation; timezone: string; withDomain: boolean };

export function ConversationRow({ row, timezone, withDomain }: ConversationRowProps) {
  const words = route.useSearch({ select: (search) => search.q });
  const country = row.country ? formatCountry(row.country) : null;
  const place = plainText(
    [`${withDomain ? row.site_domain : ''}${row.page ?? ''}`, country].filter(Boolean).join(' · '),
  );
  const intent = row.intent && labelOf(INTENT_LABELS, row.intent);
  const about = [row.topic_label && plainText(row.topic_label), intent].filter(Boolean).join(' · ');
  const label = plainText(row.visitor_label);
  const account = row.account_name && plainText(row.account_name);
  const who = [label, row.visitor_email && plainText(row.visitor_email), account];
  const preview = row.preview && plainText(row.preview);
  return (
    <Link
      to="/conversations/$domain/$id"
      params={{ domain: row.site_domain, id: row.id }}
      search={true}
      className={classes.row}
      preload={false}
      activeOptions={{ includeSearch: false }}
      resetScroll={false}
    >
      <span className={classes.visitor} title={[...new Set(who)].filter(Boolean).join(' · ')}>
        {label}
        {account && <span className={classes.account}> · {account}</span>}
      </span>
      <span className={classes.preview} title={preview ?? undefined}>
        {preview ? (
          <Highlight inherit wholeWord component="span" highlight={words?.split(/\s+/) ?? ''}>
            {preview}
          </Highlight>
        ) : (
          <span className={classes.none}>No message</span>
        )}
      </span>
      <span className={classes.about} title={about}>
        {about || NONE}
      </span>
      <span className={classes.place} title={place}>
        {about && <span className={classes.placeAbout}>{about} · </span>}
        {place || NONE}
      </span>
      <span className={classes.turns}>{formatCount(row.total_turns)}</span>
      <span className={classes.interest}>
        <Interest score={row.interest_score} signals={row.signals} />
      </span>
      <span className={classes.quality}>
        <Quality score={row.quality_score} unanswered={row.unanswered_count} />
        <ReviewMark thumb={row.review} />
      </span>
      <span className={classes.badges}>
        <ConversionMarks flags={row} />
      </span>
      <time className={classes.time} dateTime={row.started_at}>
        {formatShortDateTime(row.started_at, timezone, { withZone: withDomain })}
      </time>
    </Link>
  );
}
