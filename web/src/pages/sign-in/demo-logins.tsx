import { Button } from '@mantine/core';
import type { Credentials } from '@/data/sign-in';
import classes from './sign-in-page.module.css';

const LOGINS: (Credentials & { sees: string })[] = [
  { email: 'admin@admin.com', password: 'admin', sees: 'Rose staff, every domain' },
  { email: 'user@user.com', password: 'user', sees: 'client user, abtasty.com' },
];

type DemoLoginsProps = { onPick: (credentials: Credentials) => void };

/** The two local users of an instance with made-up traffic. */
export function DemoLogins({ onPick }: DemoLoginsProps) {
  return (
    <section className={classes.hint} aria-label="Demo logins">
      This is a local demo. Fill in one of its two logins:
      <div className={classes.logins}>
        {LOGINS.map(({ sees, ...credentials }) => (
          <Button
            key={credentials.email}
            variant="default"
            size="compact-md"
            justify="space-between"
            rightSection={<small>{sees}</small>}
            onClick={() => onPick(credentials)}
          >
            {credentials.email}
          </Button>
        ))}
      </div>
    </section>
  );
}
