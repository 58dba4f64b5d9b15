import { Alert, Skeleton, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Choice, useChoices, useMailWay } from '@/data/notifications';
import { useProfile } from '@/data/profile';
import { EmptyState } from '@/ui/empty-state';
import { ErrorState } from '@/ui/error-state';
import { PageHead } from '@/ui/page-head';
import { Panel } from '@/ui/panel';
import { AlertsPanel } from './alerts-panel';
import { ChoiceItem } from './choice-item';
import { MailsPanel } from './mails-panel';
import classes from './notifications.module.css';

/** From how many websites on one looks for one by its name. */
const MANY = 8;

/** What somebody gets by e-mail about which website, and what was sent. */
export function NotificationsPage() {
  const { data: profile } = useProfile();
  return (
    <>
      <PageHead title="Notifications" note={profile?.email} />
      <div className={classes.page}>
        <MailNotice />
        <Choices />
        <AlertsPanel />
        <MailsPanel />
      </div>
    </>
  );
}

function MailNotice() {
  const { data: way } = useMailWay();
  if (!way || (way.sends && !way.mailbox)) return null;
  return (
    <Alert color={way.sends ? 'blue' : 'yellow'} role="status">
      {way.sends
        ? 'This server keeps its e-mails instead of sending them: whoever sits at the machine reads them at /mailbox.'
        : 'This server sends no e-mail yet. Whoever runs it sets BACKOFFICE_SMTP_HOST and BACKOFFICE_MAIL_FROM; what you choose here holds from then on.'}
    </Alert>
  );
}

function Choices() {
  const choices = useChoices();
  const [wanted, setWanted] = useState('');
  const named = ({ name, site_domain }: Choice) =>
    `${name} ${site_domain}`.toLowerCase().includes(wanted.trim().toLowerCase());
  const shown = choices.data?.filter(named);
  return (
    <Panel title="What you get by e-mail">
      <p className={classes.text}>
        The <strong>weekly digest</strong> comes on Monday at 8:00 with the figures of the week
        before, hot accounts and unanswered questions. <strong>Alerts</strong> come when an agent
        stops answering or visits stay away, against the website’s own usual: one e-mail when it
        starts and one when it ends.
      </p>
      {choices.isPending && <Skeleton height={64} radius="md" />}
      {choices.isError && !choices.data && (
        <ErrorState error={choices.error} onRetry={() => void choices.refetch()} />
      )}
      {(choices.data?.length ?? 0) > MANY && (
        <TextInput
          aria-label="Find a website"
          placeholder="Find a website"
          mb="sm"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      {shown?.length === 0 && (
        <EmptyState title={wanted ? 'No website has that name' : 'You have no website yet'}>
          {wanted
            ? 'Look for another part of its name or address.'
            : 'Once a website is assigned to you, choose here what to get about it.'}
        </EmptyState>
      )}
      <ul className={classes.list}>
        {shown?.map((choice) => (
          <ChoiceItem key={choice.site_domain} choice={choice} />
        ))}
      </ul>
    </Panel>
  );
}
