import { IconDatabase, IconMessages, IconTarget, IconWalk } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { AccountActivity } from '@/data/account-timeline';
import { foundText, sourceLabel } from '@/lib/enrichment';
import { CONVERSIONS } from '@/lib/filters';
import { formatCount } from '@/lib/format';
import { plainText } from '@/lib/plain-text';
import { ConversionBadge } from '@/ui/conversion-badges';
import classes from '@/ui/timeline.module.css';

const SIZE = 14;

export function accountActivityIcon({ kind }: AccountActivity) {
  if (kind === 'conversation') return <IconMessages size={SIZE} />;
  if (kind === 'conversion') return <IconTarget size={SIZE} />;
  if (kind === 'enrichment') return <IconDatabase size={SIZE} />;
  return <IconWalk size={SIZE} />;
}

type DoneProps = { activity: AccountActivity; domain: string; account: string };

/** One thing that somebody of a company did, or that was learnt of it. */
export function AccountDone({ activity, domain, account }: DoneProps) {
  const { visitor_id, visitor_label } = activity;
  const who = plainText(visitor_label ?? 'Visitor');
  return (
    <>
      {visitor_id && (
        <>
          <Link
            to="/visitors/$domain/$id"
            params={{ domain, id: visitor_id }}
            search={{ account }}
            className={`${classes.link} ${classes.who}`}
            title={who}
            preload={false}
          >
            {who}
          </Link>{' '}
        </>
      )}
      <What activity={activity} domain={domain} />
    </>
  );
}

type WhatProps = { activity: AccountActivity; domain: string };

function What({ activity, domain }: WhatProps) {
  const { kind, name, page, text, details, conversation_id } = activity;
  if (kind === 'enrichment') {
    return (
      <>
        {activity.visitor_id ? 'works here, found out by' : 'Found out by'}: {sourceLabel(name)}
        <span className={classes.quote}>{foundText(details)}</span>
      </>
    );
  }
  if (kind === 'conversion') {
    const conversion = CONVERSIONS.find((each) => each === name);
    return conversion ? <ConversionBadge kind={conversion} /> : name;
  }
  if (kind === 'conversation' && conversation_id) {
    return (
      <>
        had a{' '}
        <Link
          to="/conversations/$domain/$id"
          params={{ domain, id: conversation_id }}
          className={classes.link}
          preload={false}
        >
          conversation
        </Link>
        {page && ` on ${page}`}
        {text && <span className={classes.quote}>{text}</span>}
      </>
    );
  }
  const views = pageViews(details);
  const seen = views === null ? '' : `, ${formatCount(views)} ${views === 1 ? 'page' : 'pages'}`;
  return `came ${page ? `to ${page}` : 'to the website'}${seen}`;
}

function pageViews(details: AccountActivity['details']): number | null {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return null;
  return typeof details.page_views === 'number' ? details.page_views : null;
}
