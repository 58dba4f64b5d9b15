import { Highlight } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ListedConversation } from '@/data/conversation-list';
import { formatCount, formatCountry, formatShortDateTime, NONE } from '@/lib/format';
import { INTENT_LABELS, labelOf } from '@/lib/insight-labels';
import { plainText } from '@/lib/plain-text';
import { ConversionMarks } from '@/ui/conversion-badges';
import { InterestScore } from '@/ui/interest-score';
import classes from './conversation-list.module.css';
import { Quality, ReviewMark } from './marks';

const route = getRouteApi('/shell/conversations');

type ConversationRowProps = { row: ListedConversation; timezone: string; withDomain: boolean };

type Part = string | null;
const joined = (...parts: Part[]) => parts.filter(Boolean).join(' · ');

export function ConversationRow({ row, timezone, withDomain }: ConversationRowProps) {
  const words = route.useSearch({ select: (search) => search.q });
  const site = withDomain ? row.site_domain : null;
  const page = row.page && plainText(row.page);
  const country = row.country && formatCountry(row.country);
  const intent = row.intent && labelOf(INTENT_LABELS, row.intent);
  const topic = row.topic_label && plainText(row.topic_label);
  const about = joined(topic, intent);
  const where = joined(page, country);
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
        <Lines first={label} second={account} />
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
      <span className={classes.facts}>
        <span className={classes.about} title={about}>
          <Lines first={topic} second={intent} />
        </span>
        <span className={classes.place} title={where}>
          {(site || about) && (
            <span className={classes.placeAbout}>
              {joined(site, about)}
              {where && ' · '}
            </span>
          )}
          {where ? (
            <Lines first={page} second={country} />
          ) : (
            <span className={classes.nowhere}>{NONE}</span>
          )}
        </span>
        <span className={classes.turns}>{formatCount(row.total_turns)}</span>
        <span className={classes.marks}>
          <span className={classes.interest}>
            <InterestScore score={row.interest_score} signals={row.signals} />
          </span>
          <span className={classes.quality}>
            <Quality score={row.quality_score} unanswered={row.unanswered_count} />
            <ReviewMark thumb={row.review} />
          </span>
          <span className={classes.badges}>
            <ConversionMarks flags={row} />
          </span>
        </span>
      </span>
      <span className={classes.time}>
        <time dateTime={row.started_at}>
          {formatShortDateTime(row.started_at, timezone, { withZone: withDomain })}
        </time>
        {site && (
          <span className={classes.site} title={site}>
            {site}
          </span>
        )}
      </span>
    </Link>
  );
}

/** Two things about the same: under each other where rows are columns, in one line where they are not. */
function Lines({ first, second }: { first: Part; second: Part }) {
  if (!first || !second) return first || second || NONE;
  return (
    <>
      {first}
      <span className={classes.second}>
        <i> · </i>
        {second}
      </span>
    </>
  );
}
