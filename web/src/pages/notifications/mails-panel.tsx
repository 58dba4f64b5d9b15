import { Skeleton } from '@mantine/core';
import { useDomains } from '@/data/domains';
import { MOST_MAILS, type SentMail, useSentMails } from '@/data/notification-mails';
import { addDays } from '@/lib/dates';
import { formatDateTime, formatRange } from '@/lib/format';
import { ErrorState } from '@/ui/error-state';
import { Panel } from '@/ui/panel';
import classes from './notifications.module.css';

const KINDS: Record<string, string> = {
  digest: 'Weekly digest',
  alert_started: 'Alert',
  alert_ended: 'End of an alert',
};

const STATUSES: Record<string, string> = {
  waiting: 'Waiting',
  preparing: 'Being written',
  sending: 'Being sent',
  sent: 'Sent',
  failed: 'Not sent',
  skipped: 'Not sent',
  unclear: 'Perhaps sent',
};

/** Every e-mail about a website to the signed-in person, and what became of it. */
export function MailsPanel() {
  const mails = useSentMails();
  const timezones = new Map(useDomains().map((each) => [each.site_domain, each.timezone]));
  return (
    <Panel title="What was sent to you">
      {mails.isPending && <Skeleton height={48} radius="md" />}
      {mails.isError && !mails.data && (
        <ErrorState error={mails.error} onRetry={() => void mails.refetch()} />
      )}
      {mails.data?.length === 0 && <p className={classes.text}>Nothing yet.</p>}
      <ul className={classes.list} aria-label="E-mails">
        {mails.data?.map((mail) => (
          <MailItem
            key={`${mail.site_domain} ${mail.kind} ${mail.occasion}`}
            mail={mail}
            timezone={timezones.get(mail.site_domain) ?? 'UTC'}
          />
        ))}
      </ul>
      {mails.data?.length === MOST_MAILS && (
        <p className={classes.soft}>These are the newest {MOST_MAILS}.</p>
      )}
    </Panel>
  );
}

function MailItem({ mail, timezone }: { mail: SentMail; timezone: string }) {
  const week =
    mail.kind === 'digest'
      ? ` · ${formatRange({ from: mail.occasion, to: addDays(mail.occasion, 6) })}`
      : '';
  return (
    <li className={classes.mail}>
      <span className={classes.site}>
        <span className={classes.name}>{KINDS[mail.kind] ?? mail.kind}</span>
        <span className={classes.soft}>
          {mail.site_domain}
          {week}
        </span>
        {mail.problem && <span className={classes.soft}>{mail.problem}</span>}
      </span>
      <span className={classes.status} data-status={mail.status}>
        {STATUSES[mail.status] ?? mail.status}{' '}
        <time dateTime={mail.sent_at ?? mail.queued_at}>
          {formatDateTime(mail.sent_at ?? mail.queued_at, timezone)}
        </time>
      </span>
    </li>
  );
}
