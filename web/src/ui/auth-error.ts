import { toProblem } from '@/lib/errors';

const MESSAGES: Record<string, string> = {
  weak_password: 'Choose a longer password: at least 6 characters.',
  same_password: 'That is your password already. Choose another one.',
  mfa_verification_failed: 'That code is not right, or was used already. Wait for the next one.',
  mfa_challenge_expired: 'That took too long. Enter the code your app shows now.',
  over_email_send_rate_limit: 'An e-mail is already on its way. You can ask again in a minute.',
  email_exists: 'Another account has that e-mail address.',
  email_provider_disabled: 'This server sends no e-mail. Ask your administrator.',
  insufficient_aal: 'Sign in again with the code of your authenticator app, then try again.',
  session_not_found: 'Your session has ended. Sign in again.',
  validation_failed: 'The server did not accept that. Check what you entered.',
  current_password_invalid: 'That is not your current password.',
  current_password_required: 'Enter your current password too.',
  reauthentication_needed: 'Confirm that it is you: enter the code we have sent by e-mail.',
  reauthentication_not_valid: 'That code is not right, or no longer valid.',
};

/** Whether the message says all there is to say; else there is an id to quote. */
export function explainsItself(error: unknown): boolean {
  const { code, kind } = toProblem(error);
  return kind === 'unauthorized' || (code !== null && code in MESSAGES);
}

/** What to tell somebody whose account could not be changed. */
export function authError(error: unknown): string {
  const problem = toProblem(error);
  if (problem.code && MESSAGES[problem.code]) return MESSAGES[problem.code] as string;
  switch (problem.kind) {
    case 'rate-limited':
      return 'Too many attempts. Wait a few minutes, then try again.';
    case 'unreachable':
      return 'The server could not be reached. Check your connection, then try again.';
    default:
      return problem.message;
  }
}
