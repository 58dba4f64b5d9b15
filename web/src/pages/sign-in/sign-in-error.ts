import { toProblem } from '@/lib/errors';

/** What to tell somebody whose sign-in failed. Never says whether the e-mail exists. */
export function signInError(error: unknown): string {
  const problem = toProblem(error);
  switch (problem.kind) {
    case 'unauthorized':
      return 'That e-mail and password do not match.';
    case 'forbidden':
      return 'This account is disabled. Ask your administrator.';
    case 'rate-limited':
      return 'Too many attempts. Wait a few minutes, then try again.';
    case 'unreachable':
      return 'The server could not be reached. Check your connection, then try again.';
    default:
      return `Sign-in failed on the server: ${problem.message}`;
  }
}
