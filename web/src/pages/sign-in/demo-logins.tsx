import { UnstyledButton } from '@mantine/core';
import type { Credentials } from '@/data/sign-in';
import classes from './demo-logins.module.css';

const LOGINS: (Credentials & { sees: string })[] = [
  { email: 'admin@admin.com', password: 'admin', sees: 'Rose staff: every domain' },
  { email: 'user@user.com', password: 'user', sees: 'Client user: abtasty.com' },
];

type DemoLoginsProps = { onPick: (credentials: Credentials) => void };

/** The two local users of an instance with made-up traffic. */
export function DemoLogins({ onPick }: DemoLoginsProps) {
  return (
    <section className={classes.hint} aria-label="Demo logins">
      This is a local demo. Choose who to sign in as:
      <div className={classes.logins}>
        {LOGINS.map(({ sees, ...credentials }) => (
          <UnstyledButton
            key={credentials.email}
            className={classes.login}
            onClick={() => onPick(credentials)}
          >
            <span className={classes.loginEmail}>
              {credentials.email} / {credentials.password}
            </span>
            <span>{sees}</span>
          </UnstyledButton>
        ))}
      </div>
    </section>
  );
}
