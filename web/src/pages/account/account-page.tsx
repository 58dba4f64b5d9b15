import { Skeleton } from '@mantine/core';
import { useAccount } from '@/data/account';
import { useBackend } from '@/lib/backend';
import { ErrorState } from '@/ui/error-state';
import { LandingNotice } from '@/ui/landing-notice';
import { PageHead } from '@/ui/page-head';
import { Writes } from '@/ui/writes';
import classes from './account-page.module.css';
import { EmailPanel } from './email-panel';
import { PasswordPanel } from './password-panel';
import { SecondFactorPanel } from './second-factor-panel';
import { SessionsPanel } from './sessions-panel';

/** What somebody sees and changes of their own account. */
export function AccountPage() {
  const account = useAccount();
  const { notice } = useBackend();
  return (
    <>
      <PageHead title="Your account" note={account.data?.email} />
      <div className={classes.page}>
        <LandingNotice notice={notice} />
        <Writes>
          <PasswordPanel email={account.data?.email ?? ''} />
          {account.isError && (
            <ErrorState error={account.error} onRetry={() => void account.refetch()} />
          )}
          {account.isPending && <Skeleton height={220} radius="lg" />}
          {account.data && (
            <>
              <SecondFactorPanel factors={account.data.factors} />
              <EmailPanel email={account.data.email} newEmail={account.data.newEmail} />
            </>
          )}
        </Writes>
        <SessionsPanel />
      </div>
    </>
  );
}
