import { Link } from '@tanstack/react-router';
import type { Visitor } from '@/data/visitor';
import { useVisitorInterest } from '@/data/visitor-interest';
import { deviceLabel } from '@/lib/device';
import { formatCountry, formatDateTime, formatLanguage } from '@/lib/format';
import { interestReason } from '@/lib/interest';
import { CrmFacts } from '@/lists/crm-facts';
import { AccountLink } from '@/ui/account-link';
import { type Fact, Facts } from '@/ui/facts';
import { InterestScore } from '@/ui/interest-score';
import links from '@/ui/person-link.module.css';
import { StatusBadge } from '@/ui/status-badge';
import classes from './visitor-header.module.css';

type VisitorHeaderProps = { visitor: Visitor; timezone: string };

function noticeOf(visitor: Visitor, timezone: string): string | null {
  if (visitor.erased_at) {
    return `Erased on ${formatDateTime(visitor.erased_at, timezone)}: only figures are left.`;
  }
  if (visitor.counts) return null;
  if (visitor.is_bot) return 'Not counted: the visitor is a bot.';
  if (visitor.is_internal) return 'Not counted: the visitor is internal.';
  return 'Not counted: the visitor was only seen outside the production site.';
}

/** What does not fit a line goes on with the domain, not within it. */
function Address({ of }: { of: string }) {
  const at = of.lastIndexOf('@');
  return (
    <span title={of}>
      {of.slice(0, at)}
      <wbr />
      {of.slice(at)}
    </span>
  );
}

/** Who the visitor is and how interested, and why. */
export function VisitorHeader({ visitor, timezone }: VisitorHeaderProps) {
  const interest = useVisitorInterest(visitor.site_domain, visitor.id);
  const reason =
    interest.data === undefined
      ? null
      : interestReason(interest.data, interest.data?.signals ?? []);
  const { account } = visitor;
  const facts: Fact[] = [
    ['E-mail', visitor.email && <Address key="email" of={visitor.email} />],
    [
      'Company',
      account && (
        <AccountLink
          of={{
            site_domain: visitor.site_domain,
            account_id: account.id,
            account_name: account.name,
          }}
        />
      ),
    ],
    [
      'Conversations in the range',
      visitor.conversation_count > 0 && (
        <Link to="/conversations" search={{ visitor: visitor.id }} className={links.plain}>
          Show them
        </Link>
      ),
    ],
    ['Country', visitor.country && formatCountry(visitor.country)],
    ['Device', deviceLabel(visitor)],
    ['Language', visitor.language && formatLanguage(visitor.language)],
    ['Domain', visitor.site_domain],
    ['First seen', formatDateTime(visitor.first_seen_at, timezone)],
    ['Last seen', formatDateTime(visitor.last_seen_at, timezone)],
    ['Timezone', timezone],
  ];
  return (
    <>
      <div className={classes.marks}>
        <StatusBadge status={visitor.status} />
        <InterestScore score={visitor.interest_score} />
        {reason && <span className={classes.reason}>{reason}</span>}
      </div>
      <Facts label="About the visitor" facts={facts} notice={noticeOf(visitor, timezone)} />
      <CrmFacts
        siteDomain={visitor.site_domain}
        object="contact"
        id={visitor.id}
        timezone={timezone}
      />
    </>
  );
}
