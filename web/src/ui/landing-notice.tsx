import { Alert } from '@mantine/core';
import type { Landing } from '@/lib/landing';

const TEXTS: Record<NonNullable<Landing['notice']>, string> = {
  expired: 'That link was used already, or is too old. Ask for a new one.',
  refused: 'That link cannot be used. Ask for a new one.',
  'no-account': 'There is no account for that person here. Ask to be invited.',
  unverified: 'That service has not verified your e-mail address. Verify it there, then try again.',
  disabled: 'This account is disabled. Ask your administrator.',
  'not-let-in': 'That service did not let you in. Try again, or sign in with your password.',
  'session-ended': 'You were signed out. If you cannot sign in again, ask your administrator.',
  'half-confirmed': 'Confirmed. Now open the link in the e-mail to your other address too.',
  'email-changed': 'Your e-mail address is changed. You sign in with the new one from now on.',
};
const GOOD: Landing['notice'][] = ['half-confirmed', 'email-changed'];

type LandingNoticeProps = { notice: Landing['notice'] };

/** What became of the link somebody followed here. */
export function LandingNotice({ notice }: LandingNoticeProps) {
  if (notice === null) return null;
  return (
    <Alert role="status" mb="md" color={GOOD.includes(notice) ? 'green' : 'yellow'}>
      {TEXTS[notice]}
    </Alert>
  );
}
