import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '@/ui/empty-state';
import { PageHead } from '@/ui/page-head';

/** An administrator asks for a second factor that this person has not turned on. */
export function NeedsSecondFactor() {
  return (
    <>
      <PageHead title="One more step" />
      <EmptyState
        title="Your account needs a second factor"
        actions={
          <Button size="xs" component={Link} to="/account">
            Set it up
          </Button>
        }
      >
        An administrator requires it. You see your websites again once your authenticator app is
        connected.
      </EmptyState>
    </>
  );
}
